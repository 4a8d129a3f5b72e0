using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.SoftSwitch.Tests.Service;

namespace Telemetry.SoftSwitch.Tests.Hosting;

/// <summary>Batches and reads of a thousand and more over the network, through a real channel.</summary>
public sealed class LargeBatchTests : IAsyncLifetime
{
    private ServedSwitch _served = null!;

    private P4.V1.P4Runtime.P4RuntimeClient Client => _served.Client;

    public async Task InitializeAsync() => _served = await ServedSwitch.StartAsync();

    public async Task DisposeAsync() => await _served.DisposeAsync();

    [Fact]
    public async Task ThousandUpdates_EachHasItsOutcomeAndReadsComeInParts()
    {
        WriteRequest inserts = new() { ElectionId = new Uint128 { Low = 1 } };
        for (int i = 0; i < 1000; i++)
        {
            inserts.Updates.Add(new Update { Type = Update.Types.Type.Insert, Entity = ServiceFixture.Of(ServiceFixture.Entry("lpm_table", $"hdr.probe.b=10.{i / 256}.{i % 256}.0/24", "set value=7")) });
        }

        await Client.WriteAsync(inserts);
        RpcException again = await Assert.ThrowsAsync<RpcException>(async () => await Client.WriteAsync(inserts));
        IReadOnlyList<UpdateError> errors = P4RuntimeException.From(again, "write").UpdateErrors;
        Assert.Equal(1000, errors.Count);
        Assert.All(errors, e => Assert.Equal(StatusCode.AlreadyExists, e.Code));
        Assert.Equal("table ProbeIngress.lpm_table has this entry already: hdr.probe.b 168027904/24", errors[^1].Message);

        ReadRequest request = new();
        request.Entities.Add(ServiceFixture.Of(new TableEntry { TableId = ServiceFixture.TableId("lpm_table") }));
        using AsyncServerStreamingCall<ReadResponse> read = Client.Read(request);
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

                    await Client.WriteAsync(batch);
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
            using AsyncServerStreamingCall<ReadResponse> read = Client.Read(request);
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
