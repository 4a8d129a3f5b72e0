using Telemetry.SoftSwitch.Hosting;

namespace Telemetry.SoftSwitch.Tests.Hosting;

/// <summary>A switch run by its command line until disposed.</summary>
internal sealed class RunningSwitch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SignalWriter _log = new();
    private readonly Task<int> _run;

    private RunningSwitch(string[] args) => _run = Task.Run(() => SwitchHost.RunAsync(args, TextWriter.Null, _log, _stop.Token));

    /// <summary>The line that tells where the switch is served.</summary>
    public string Line { get; private set; } = "";

    public static async Task<RunningSwitch> StartAsync(params string[] args)
    {
        RunningSwitch running = new(args);
        Task ended = await Task.WhenAny(running._log.Served.Task, running._run).WaitAsync(TimeSpan.FromSeconds(120));
        Assert.True(ended == running._log.Served.Task, $"the switch ended: {running._log}");
        running.Line = await running._log.Served.Task;
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Assert.Equal(0, await _run);
        _stop.Dispose();
    }

    private sealed class SignalWriter : StringWriter
    {
        public TaskCompletionSource<string> Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains("P4Runtime on ", StringComparison.Ordinal) == true)
            {
                Served.TrySetResult(value);
            }
        }
    }
}
