using Telemetry.Controller.Client;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Shell;
using Telemetry.Controller.Tests.Targets;

namespace Telemetry.Controller.Tests.Shell;

/// <summary>Commands that are repeated, on every switch that is here.</summary>
public sealed class WatchTests(LiveSwitches switches) : IClassFixture<LiveSwitches>
{
    [Theory]
    [MemberData(nameof(TargetNames.All), MemberType = typeof(TargetNames))]
    public async Task Watch_Entries_ShowsEachChangeOnce(string target)
    {
        await using P4Switch client = await switches.ConnectAsync(target);
        LiveSwitch live = await switches.GetAsync(target);
        await using P4Shell shell = new(new ShellOptions
        {
            Connect = (id, token) => P4Switch.ConnectAsync(LiveSwitches.Options(target) with { ElectionId = id }, live.Address, token),
            LoadProgram = path => P4Program.Load(path),
        });
        SignalWriter output = new();
        Task watching = shell.RunAsync("watch entries exact_table --every 0.05 --count 2", output);
        await output.First.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Task.Delay(100); // some readings of the same
        await LiveSwitches.WriteAsync(client, "exact_table hdr.probe.a=7 -> mark(value=1)");
        await watching.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1, output.ToString().Split("0 entries").Length - 1);
        Assert.Equal(1, output.ToString().Split("1 entry").Length - 1);

        ShellException fault = await Assert.ThrowsAsync<ShellException>(() => shell.RunAsync("watch insert x", TextWriter.Null));
        Assert.StartsWith("watch: expected a command that changes nothing: clone, counters, ", fault.Message, StringComparison.Ordinal);
        StringWriter dry = new();
        await shell.RunAsync("packets --dry-run", dry);
        await shell.RunAsync("idle --dry-run", dry);
        Assert.Equal(2, dry.ToString().Split("would claim election id 1").Length - 1);
    }

    private sealed class SignalWriter : StringWriter
    {
        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.Contains("0 entries", StringComparison.Ordinal) == true)
            {
                First.TrySetResult();
            }
        }
    }
}
