using Grpc.Core;
using Grpc.Net.Client;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Service;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Hosting;

/// <summary>Batches and reads of a thousand and more over the network, through a real channel.</summary>
public sealed class LargeBatchTests : IAsyncLifetime, IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly CancellationTokenSource _stop = new();
    private Thread _thread = null!;
    private P4RuntimeServer _server = null!;
    private GrpcChannel _channel = null!;
    private P4.V1.P4Runtime.P4RuntimeClient _client = null!;
    private AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> _stream = null!;

    public async Task InitializeAsync()
    {
        _thread = new Thread(() => _loop.RunRealTime(_stop.Token)) { IsBackground = true };
        _thread.Start();
        Switch served = await _loop.InvokeAsync(() => new Switch(_loop, new SwitchOptions { Name = "s1" }));
        _server = await P4RuntimeServer.StartAsync(served, "127.0.0.1", 0);

        // One error an update is in the trailers: clients have to allow for it.
        SocketsHttpHandler handler = new() { MaxResponseHeadersLength = 4096 };
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_server.Port}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        _client = new P4.V1.P4Runtime.P4RuntimeClient(_channel);
        _stream = _client.StreamChannel();
        await _stream.RequestStream.WriteAsync(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { ElectionId = new Uint128 { Low = 1 } } });
        Assert.True(await _stream.ResponseStream.MoveNext(CancellationToken.None));
        await _client.SetForwardingPipelineConfigAsync(new SetForwardingPipelineConfigRequest
        {
            ElectionId = new Uint128 { Low = 1 },
            Action = SetForwardingPipelineConfigRequest.Types.Action.VerifyAndCommit,
            Config = new ForwardingPipelineConfig { P4Info = ServiceFixture.Info.Info, P4DeviceConfig = Google.Protobuf.ByteString.CopyFrom(ServiceFixture.Json) },
        });
    }

    public async Task DisposeAsync()
    {
        _stream.Dispose();
        _channel.Dispose();
        await _server.DisposeAsync();
        await _stop.CancelAsync();
        _thread.Join();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _loop.Dispose();
    }

    [Fact]
    public async Task ThousandUpdates_EachHasItsOutcomeAndReadsComeInParts()
    {
        WriteRequest inserts = new() { ElectionId = new Uint128 { Low = 1 } };
        for (int i = 0; i < 1000; i++)
        {
            inserts.Updates.Add(new Update { Type = Update.Types.Type.Insert, Entity = ServiceFixture.Of(ServiceFixture.Entry("lpm_table", $"hdr.probe.b=10.{i / 256}.{i % 256}.0/24", "set value=7")) });
        }

        await _client.WriteAsync(inserts);
        RpcException again = await Assert.ThrowsAsync<RpcException>(async () => await _client.WriteAsync(inserts));
        IReadOnlyList<UpdateError> errors = P4RuntimeException.From(again, "write").UpdateErrors;
        Assert.Equal(1000, errors.Count);
        Assert.All(errors, e => Assert.Equal(StatusCode.AlreadyExists, e.Code));
        Assert.Equal("table ProbeIngress.lpm_table has this entry already: hdr.probe.b 168027904/24", errors[^1].Message);

        ReadRequest request = new();
        request.Entities.Add(ServiceFixture.Of(new TableEntry { TableId = ServiceFixture.TableId("lpm_table") }));
        using AsyncServerStreamingCall<ReadResponse> read = _client.Read(request);
        List<int> parts = [];
        while (await read.ResponseStream.MoveNext(CancellationToken.None))
        {
            parts.Add(read.ResponseStream.Current.Entities.Count);
        }

        Assert.True(parts.Count > 1 && parts.Sum() == 1000, string.Join(", ", parts));
    }

    [Fact]
    public async Task ManyWritersAndReaders_SeeWholeBatches()
    {
        // Each batch inserts or deletes both of a pair: no read may see one without the other.
        async Task WriteAsync(int writer)
        {
            for (int round = 0; round < 40; round++)
            {
                foreach (Update.Types.Type type in new[] { Update.Types.Type.Insert, Update.Types.Type.Delete })
                {
                    WriteRequest batch = new() { ElectionId = new Uint128 { Low = 1 } };
                    foreach (int half in new[] { 1, 2 })
                    {
                        batch.Updates.Add(new Update { Type = type, Entity = ServiceFixture.Of(ServiceFixture.Entry("lpm_table", $"hdr.probe.b={writer}.{half}.0.0/16", "set value=7")) });
                    }

                    await _client.WriteAsync(batch);
                }
            }
        }

        Task writers = Task.WhenAll(Enumerable.Range(1, 4).Select(WriteAsync));
        ReadRequest request = new();
        request.Entities.Add(ServiceFixture.Of(new TableEntry { TableId = ServiceFixture.TableId("lpm_table") }));
        int reads = 0;
        while (!writers.IsCompleted || reads == 0)
        {
            reads++;
            using AsyncServerStreamingCall<ReadResponse> read = _client.Read(request);
            List<byte> seen = [];
            while (await read.ResponseStream.MoveNext(CancellationToken.None))
            {
                seen.AddRange(read.ResponseStream.Current.Entities.Select(e => e.TableEntry.Match[0].Lpm.Value[0]));
            }

            Assert.All(seen.CountBy(w => w), w => Assert.Equal(2, w.Value));
        }

        await writers;
    }
}
