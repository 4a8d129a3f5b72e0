using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Tests.Hosting;

public sealed class SwitchCommandLineTests
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
        Assert.Equal((3ul, "build/x.json", true, "0.0.0.0", 50051, 255), (options.DeviceId, options.ProgramPath, options.LogConsole, options.Grpc.Host, options.Grpc.Port, options.CpuPort));
        Assert.Equal("/tmp", options.PcapDirectory);
        Assert.Equal((1_000_000L, 128), (options.QueueRates[1], options.QueueDepths[2]));
        Assert.Equal(["--nanolog", "--thrift-port"], options.WithoutEffect);
    }

    [Theory]
    [InlineData("no program", "--device-id", "1")]
    [InlineData("-i: 's1-eth1' is not PORT@INTERFACE", "-i", "s1-eth1", "--no-p4")]
    [InlineData("'999' is no number from 0 to 510", "-i", "999@x", "--no-p4")]
    [InlineData("port 1 is given twice", "-i", "1@a", "-i", "1@b", "--no-p4")]
    [InlineData("unknown option --nope", "--nope", "--no-p4")]
    [InlineData("--grpc-server-ssl needs --grpc-server-cert", "--no-p4", "--", "--grpc-server-ssl")]
    [InlineData("--grpc-server-ssl needs --grpc-server-key", "--no-p4", "--", "--grpc-server-ssl", "--grpc-server-cert", "a.pem")]
    [InlineData("needs --grpc-server-cacert", "--no-p4", "--", "--grpc-server-ssl", "--grpc-server-cert", "a.pem", "--grpc-server-key", "b.pem", "--grpc-server-with-client-auth")]
    [InlineData("there is no folder 'no-such-folder'", "--no-p4", "--pcap", "no-such-folder")]
    [InlineData("--cpu-port: port 511 is the drop port", "--no-p4", "--cpu-port", "511")]
    [InlineData("'0' is no number from 1 to 511", "--no-p4", "--cpu-port", "0")]
    [InlineData("--log-console and --log-file exclude", "--no-p4", "--log-console", "--log-file", "x")]
    [InlineData("-L: 'loud' is no level; there are trace, debug, info, warn, error and off", "--no-p4", "--log-console", "-L", "loud")]
    [InlineData("--log-port: '600' is no number from 0 to 511", "--no-p4", "--log-port", "600")]
    [InlineData("--log-file-max-size: '0' is no number from 1", "--no-p4", "--log-file", "x", "--log-file-max-size", "0")]
    [InlineData("'localhost' is not HOST:PORT", "--no-p4", "--dp-grpc-server-addr", "localhost")]
    [InlineData("--cpu-port needs a value", "--no-p4", "--cpu-port")]
    public async Task RunAsync_BadCommandLine_TellsAndReturnsTwo(string expected, params string[] args)
    {
        using StringWriter log = new();
        Assert.Equal(2, await SwitchHost.RunAsync(args, TextWriter.Null, log, CancellationToken.None));
        Assert.Contains(expected, log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AsSimpleSwitchDoes_DefaultsAndForms()
    {
        (SwitchCommandLine options, IReadOnlyList<string> faults) = SwitchCommandLine.Parse(["-i3@eth3", "--no-p4", "--pcap", "--", "--drop-port=100", "--cpu-port=511", "--dp-grpc-server-addr", "0.0.0.0:50052"]);
        Assert.Empty(faults);
        Assert.Equal(("eth3", ".", 100, 511), (options.Interfaces[3], options.PcapDirectory, options.DropPort, options.CpuPort));
        Assert.Equal((new GrpcAddress("0.0.0.0", 9559), new GrpcAddress("0.0.0.0", 50052), 0ul), (options.Grpc, options.DataplaneGrpc, options.DeviceId));
    }

    [Fact]
    public void Parse_EveryOptionOfSimpleSwitch_IsAccepted()
    {
        (SwitchCommandLine options, IReadOnlyList<string> faults) = SwitchCommandLine.Parse(
            ["--no-p4", "x.json", "--use-files", "2", "--thrift-port", "9090", "--nanolog", "a", "--log-console", "-L", "debug", "--log-level", "info", "--log-flush", "--notifications-addr", "b",
             "--debugger", "--debugger-addr", "c", "--restore-state", "d", "--dump-packet-data", "64", "--max-port-count", "600", "--packet-in", "e", "--log-file-max-size", "5", "--log-file-max-files", "3",
             "--", "--priority-queues", "8", "--max-mc-groups", "100", "--max-l1-entries", "1", "--max-l2-entries", "2", "--disable-swap", "--grpc-server-cert", "f"]);
        Assert.Empty(faults);
        Assert.Equal((2, null), (options.UseFilesAfterSeconds, options.ProgramPath));
        Assert.Equal(new TraceOptions(TraceLevel.Info, DumpBytes: 64), options.Log);
        Assert.Equal((5L, 3), (options.LogFileBytes, options.LogFileCount));
        Assert.Contains("--grpc-server-cert (without --grpc-server-ssl)", options.WithoutEffect);
        Assert.Contains("x.json (because of --no-p4)", options.WithoutEffect);
    }

    [Fact]
    public async Task RunAsync_Help_IsOnStandardOutput()
    {
        using StringWriter output = new();
        using StringWriter log = new();
        Assert.Equal(0, await SwitchHost.RunAsync(["--help"], output, log, CancellationToken.None));
        Assert.Contains("--grpc-server-addr", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(log.ToString());
    }
}
