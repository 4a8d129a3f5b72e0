using Grpc.Core;
using Grpc.Net.Client;
using P4.V1;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Hosting;

public sealed class HostingTests
{
    [Fact]
    public void Parse_TheTutorialsCommandLine_IsUnderstood()
    {
        (SwitchCommandLine options, IReadOnlyList<string> faults) = SwitchCommandLine.Parse(
            ["-i", "1@s1-eth1", "--interface", "2@s1-eth2", "--pcap=/tmp", "--nanolog", "ipc:///tmp/x.ipc", "--device-id", "3", "build/x.json", "--log-console", "--thrift-port", "9090",
             "--queue-rate", "1=1000000", "--queue-depth=2=128", "--", "--grpc-server-addr", "0.0.0.0:50051", "--cpu-port", "255"]);
        Assert.Empty(faults);
        Assert.Equal("s1-eth1", options.Interfaces[1]);
        Assert.Equal("s1-eth2", options.Interfaces[2]);
        Assert.Equal((3ul, "build/x.json", true, "0.0.0.0", 50051, 255), (options.DeviceId, options.ProgramPath, options.LogConsole, options.GrpcHost, options.GrpcPort, options.CpuPort));
        Assert.Equal((1_000_000L, 128), (options.QueueRates[1], options.QueueDepths[2]));
        Assert.Equal(["--pcap", "--nanolog", "--thrift-port"], options.WithoutEffect);
    }

    [Theory]
    [InlineData("no program", "--device-id", "1")]
    [InlineData("-i: 's1-eth1' is not PORT@INTERFACE", "-i", "s1-eth1", "--no-p4")]
    [InlineData("'999' is no number from 0 to 510", "-i", "999@x", "--no-p4")]
    [InlineData("port 1 is given twice", "-i", "1@a", "-i", "1@b", "--no-p4")]
    [InlineData("unknown option --nope", "--nope", "--no-p4")]
    [InlineData("--grpc-server-ssl is not available", "--no-p4", "--", "--grpc-server-ssl")]
    [InlineData("--cpu-port needs a value", "--no-p4", "--cpu-port")]
    public async Task RunAsync_BadCommandLine_TellsAndReturnsTwo(string expected, params string[] args)
    {
        using StringWriter log = new();
        Assert.Equal(2, await SwitchHost.RunAsync(args, log, CancellationToken.None));
        Assert.Contains(expected, log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_MissingInterfaceOrFile_TellsAndReturnsOne()
    {
        using StringWriter log = new();
        Assert.Equal(1, await SwitchHost.RunAsync(["--no-p4", "-i", "1@no-such-if0", "--", "--grpc-server-addr", "127.0.0.1:0"], log, CancellationToken.None));
        Assert.Contains("no-such-if0", log.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await SwitchHost.RunAsync(["/no/such/file.json"], log, CancellationToken.None));
        Assert.Contains("/no/such/file.json", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_OverTheNetwork_AnswersOnTheLoopAndRefusesABusyPort()
    {
        using EventLoop loop = new();
        using CancellationTokenSource stop = new();
        Thread thread = new(() => loop.RunRealTime(stop.Token)) { IsBackground = true };
        thread.Start();
        Switch served = await loop.InvokeAsync(() => new Switch(loop, new SwitchOptions { Name = "s1", DeviceId = 4 }));
        await using (P4RuntimeServer server = await P4RuntimeServer.StartAsync(served, "127.0.0.1", 0))
        {
            Assert.NotEqual(0, server.Port);
            IOException busy = await Assert.ThrowsAsync<IOException>(() => P4RuntimeServer.StartAsync(served, "127.0.0.1", server.Port));
            Assert.Contains($"127.0.0.1:{server.Port} cannot be bound: the port is in use", busy.Message, StringComparison.Ordinal);

            using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.Port}");
            P4.V1.P4Runtime.P4RuntimeClient client = new(channel);
            using AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> stream = client.StreamChannel();
            await stream.RequestStream.WriteAsync(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { DeviceId = 4, ElectionId = new Uint128 { Low = 1 } } });
            Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(0, stream.ResponseStream.Current.Arbitration.Status.Code);
            RpcException denied = await Assert.ThrowsAsync<RpcException>(async () => await client.WriteAsync(new WriteRequest { DeviceId = 4, ElectionId = new Uint128 { Low = 2 } }));
            Assert.Equal(StatusCode.PermissionDenied, denied.StatusCode);
            await stream.RequestStream.CompleteAsync();
        }

        await stop.CancelAsync();
        thread.Join();
    }
}
