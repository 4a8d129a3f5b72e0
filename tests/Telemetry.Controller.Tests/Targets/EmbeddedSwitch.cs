using Telemetry.SoftSwitch.Hosting;

namespace Telemetry.Controller.Tests.Targets;

/// <summary>The embedded switch in this process, as <c>telemetry switch</c> runs it.</summary>
internal sealed class EmbeddedSwitch : LiveSwitch
{
    private readonly StringWriter _log = new();
    private CancellationTokenSource? _stop;
    private Task<int>? _run;

    public override async Task StopAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            Assert.Equal(0, await _run!);
            _stop.Dispose();
            _stop = null;
        }
    }

    protected override Task LaunchAsync()
    {
        _stop = new CancellationTokenSource();
        CancellationToken stop = _stop.Token;
        _run = Task.Run(() => SwitchHost.RunAsync(Arguments, TextWriter.Null, _log, stop));
        return Task.CompletedTask;
    }
}
