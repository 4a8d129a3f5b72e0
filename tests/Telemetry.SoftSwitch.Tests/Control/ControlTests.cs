using System.Text.Json;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Tests.Tracing;
using Telemetry.SoftSwitch.Tracing;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Control;

/// <summary>The command against a switch that runs, over the network.</summary>
public sealed class ControlTests : IAsyncLifetime, IDisposable
{
    private readonly RealTimeLoop _loop = new();
    private readonly RecordedTrace _log = new();
    private Switch _switch = null!;
    private P4RuntimeServer _server = null!;

    public async Task InitializeAsync()
    {
        await _loop.Run(() =>
        {
            _switch = new Switch(_loop.Loop, new SwitchOptions { Name = "s1", CpuPort = -1, PortNames = new Dictionary<string, int> { ["eth2"] = 2 } });
            _switch.AttachPort(1, new RecordingPort(_loop.Loop), new PortOptions());
            _switch.AttachPort(2, new RecordingPort(_loop.Loop), new PortOptions());
            _switch.LoadProgram(SwitchProgram.Load(new ProgramJson().Header("h", "a:8").State("start", Extract("h"))
                .Run("ingress", "forward", null, Assign("standard_metadata", "priority", Field("h", "a")), ToPort(2)).Bytes));
        });
        _server = await P4RuntimeServer.StartAsync(_switch, new SwitchLog(_switch, _log), new GrpcAddress("127.0.0.1", 0), null, CancellationToken.None);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task Rate_SetAndLifted_HoldsPacketsBackAndLetsThemGo()
    {
        Assert.Equal("", await DoneAsync("rate", "2=8"));
        await SendAsync(10, 0);
        JsonElement queue = Assert.Single((await JsonAsync("queues", "2:0")).GetProperty("queues").EnumerateArray());
        Assert.Equal((9, 9, "10", "0"), (queue.GetProperty("depth").GetInt32(), queue.GetProperty("maxDepth").GetInt32(), queue.GetProperty("packets").GetString(), queue.GetProperty("rateBps").GetString()));
        JsonElement port = (await JsonAsync("ports")).GetProperty("ports")[1];
        Assert.Equal(("eth2", "8", 9, "1"), (port.GetProperty("interface").GetString(), port.GetProperty("rateBps").GetString(), port.GetProperty("queued").GetInt32(), port.GetProperty("txPackets").GetString()));
        Assert.Equal("", await DoneAsync("rate", "2=0"));
        await _loop.Until(() => _switch.GetPortStatistics(2).TxPackets == 10, "the queue to empty once the rate was lifted");
    }

    [Fact]
    public async Task Depth_OfOnePriority_DropsWhatIsBeyond()
    {
        await DoneAsync("rate", "2:3=8");
        await DoneAsync("depth", "2:3=4", "1=9");
        await SendAsync(10, 3);
        string[] table = (await DoneAsync("queues")).Split('\n');
        Assert.Equal(["port", "priority"], table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
        Assert.Equal(["2", "3", "8", "4", "5", "15", "5", "15", "4", "4"], table.Single(l => l.StartsWith("   2 ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(9, (await JsonAsync("ports")).GetProperty("ports")[0].GetProperty("depthPackets").GetInt32());
    }

    [Fact]
    public async Task Timing_OnRequest_CountsEachStage()
    {
        Assert.Contains("timing is off", await FailedAsync("timing", "show"), StringComparison.Ordinal);
        await DoneAsync("timing", "on");
        await SendAsync(7, 0);
        JsonElement[] stages = [.. (await JsonAsync("timing", "show")).GetProperty("stages").EnumerateArray()];
        Assert.Equal(["parser 7", "ingress 7", "egress 7", "deparser 7"], stages.Select(s => $"{s.GetProperty("stage").GetString()} {s.GetProperty("packets").GetString()}"));
        Assert.All(stages, s => Assert.NotEqual("0", s.GetProperty("totalNs").GetString()));
        await DoneAsync("timing", "off");
        Assert.Contains("timing is off", await FailedAsync("timing", "show"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_UntilInterrupted_PrintsWhatPacketsDo()
    {
        using CancellationTokenSource stop = new();
        using StringWriter output = new();
        TextWriter lines = TextWriter.Synchronized(output);
        Task<int> run = SwitchHost.RunAsync(["--control", Address, "trace", "-L", "trace", "--log-port", "1"], lines, TextWriter.Null, stop.Token);
        for (int i = 0; i < 1200 && !output.ToString().Contains("transmitted on port 2", StringComparison.Ordinal); i++)
        {
            await SendAsync(1, 0);
            await Task.Delay(50);
        }

        Assert.Contains("[T] [0.0] h.a = 0x00", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("transmitted on port 2, 3 bytes", output.ToString(), StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.Equal(0, await run);
        await _loop.Until(() => !_switch.IsTraced, "the trace to end with its client");
    }

    [Fact]
    public async Task Log_LevelChanged_WritesMoreOrNothing()
    {
        await DoneAsync("log", "debug", "--log-port", "1");
        await SendAsync(1, 0);
        Assert.Equal("[D] [0.0] transmitted on port 2, 3 bytes", _log.Lines[^1]);
        int lines = _log.Lines.Count;
        await DoneAsync("log", "off");
        await SendAsync(1, 0);
        Assert.Equal(lines, _log.Lines.Count);
    }

    [Fact]
    public async Task RunAsync_Refused_SaysWhy()
    {
        Assert.Equal($"telemetry switch: {Address}: there is no port 77; attached are 1 to 2\n", await FailedAsync("rate", "77=1"));
        await using P4RuntimeServer without = await P4RuntimeServer.StartAsync(_switch, "127.0.0.1", 0);
        using StringWriter log = new();
        Assert.Equal(1, await SwitchHost.RunAsync(["--control", $"127.0.0.1:{without.Port}", "log", "info"], TextWriter.Null, log, CancellationToken.None));
        Assert.Contains("started without --log-console", log.ToString(), StringComparison.Ordinal);
        using StringWriter nobody = new();
        Assert.Equal(1, await SwitchHost.RunAsync(["--control", "127.0.0.1:1", "ports"], TextWriter.Null, nobody, CancellationToken.None));
        Assert.Contains("no switch answers", nobody.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await SwitchHost.RunAsync(["--control", "127.0.0.1:1", "port"], TextWriter.Null, nobody, CancellationToken.None));
        using StringWriter help = new();
        Assert.Equal(0, await SwitchHost.RunAsync(["--control", "--help"], help, TextWriter.Null, CancellationToken.None));
        Assert.Contains("queues [PORT[:PRIO]]", help.ToString(), StringComparison.Ordinal);
    }

    private string Address => $"127.0.0.1:{_server.Port}";

    private Task SendAsync(int count, byte priority) => _loop.Run(() =>
    {
        for (int i = 0; i < count; i++)
        {
            _switch.Receive(1, [priority, 1, 2]);
        }
    });

    private async Task<string> DoneAsync(params string[] command)
    {
        using StringWriter output = new();
        using StringWriter log = new();
        int code = await SwitchHost.RunAsync(["--control", Address, .. command], output, log, CancellationToken.None);
        Assert.True(code == 0, log.ToString());
        return output.ToString();
    }

    private async Task<JsonElement> JsonAsync(params string[] command) => JsonDocument.Parse(await DoneAsync([.. command, "--json"])).RootElement;

    private async Task<string> FailedAsync(params string[] command)
    {
        using StringWriter log = new();
        Assert.Equal(1, await SwitchHost.RunAsync(["--control", Address, .. command], TextWriter.Null, log, CancellationToken.None));
        return log.ToString();
    }
}
