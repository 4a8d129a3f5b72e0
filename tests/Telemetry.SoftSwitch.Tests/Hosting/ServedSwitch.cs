using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using P4.V1;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Service;
using Telemetry.SoftSwitch.Tests.Support;

namespace Telemetry.SoftSwitch.Tests.Hosting;

/// <summary>A switch in real time that runs tests/data/p4/service, served on loopback, and its primary controller on a real channel.</summary>
internal sealed class ServedSwitch : IAsyncDisposable
{
    private readonly RealTimeLoop _real;
    private readonly P4RuntimeServer _server;
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> _stream;

    private ServedSwitch(RealTimeLoop real, Switch made, RecordingPort output, P4RuntimeServer server)
    {
        (_real, Switch, Output, _server) = (real, made, output, server);

        // One error an update is in the trailers: clients have to allow for it.
        SocketsHttpHandler handler = new() { MaxResponseHeadersLength = 4096 };
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Port}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        Client = new P4.V1.P4Runtime.P4RuntimeClient(_channel);
        _stream = Client.StreamChannel();
    }

    public static Uint128 ElectionId { get; } = new() { Low = 1 };

    public P4.V1.P4Runtime.P4RuntimeClient Client { get; }

    public Switch Switch { get; }

    /// <summary>What leaves port 2; the loop's thread writes it.</summary>
    public RecordingPort Output { get; }

    public static async Task<ServedSwitch> StartAsync()
    {
        RealTimeLoop real = new();
        RecordingPort output = new(real.Loop);
        Switch made = await real.Loop.InvokeAsync(() => new Switch(real.Loop, new SwitchOptions { Name = "s1", CpuPort = 510 }));
        await real.Run(() => made.AttachPort(2, output, new PortOptions()));
        ServedSwitch served = new(real, made, output, await P4RuntimeServer.StartAsync(made, "127.0.0.1", 0));
        await served.SendAsync(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { ElectionId = ElectionId } });
        await served.NextAsync(m => m.Arbitration is not null);
        await served.Client.SetForwardingPipelineConfigAsync(new SetForwardingPipelineConfigRequest
        {
            ElectionId = ElectionId,
            Action = SetForwardingPipelineConfigRequest.Types.Action.VerifyAndCommit,
            Config = new ForwardingPipelineConfig { P4Info = ServiceFixture.Info.Info, P4DeviceConfig = ByteString.CopyFrom(ServiceFixture.Json) },
        });
        return served;
    }

    public Task SendAsync(StreamMessageRequest message) => _stream.RequestStream.WriteAsync(message);

    /// <summary>The next message of the stream of that kind.</summary>
    public async Task<StreamMessageResponse> NextAsync(Func<StreamMessageResponse, bool> isWanted)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        do
        {
            Assert.True(await _stream.ResponseStream.MoveNext(limit.Token));
        }
        while (!isWanted(_stream.ResponseStream.Current));

        return _stream.ResponseStream.Current;
    }

    public async Task WriteAsync(Update.Types.Type type, params Entity[] entities)
    {
        WriteRequest request = new() { ElectionId = ElectionId };
        request.Updates.AddRange(entities.Select(e => new Update { Type = type, Entity = e }));
        await Client.WriteAsync(request);
    }

    /// <summary>Lets a probe arrive at a port.</summary>
    public Task ProbeAsync(int a, uint b = 0, int flags = 0, int port = 1) =>
        _real.Run(() => Switch.Receive(port, Convert.FromHexString($"01{flags:X2}{a:X4}{b:X8}0000")));

    public async ValueTask DisposeAsync()
    {
        _stream.Dispose();
        _channel.Dispose();
        await _server.DisposeAsync();
        _real.Dispose();
    }
}
