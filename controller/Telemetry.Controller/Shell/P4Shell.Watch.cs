using Telemetry.Controller.Client;

namespace Telemetry.Controller.Shell;

/// <summary>Reads again and again.</summary>
public sealed partial class P4Shell
{
    private static readonly string[] s_watched =
        ["clone", "counters", "drift", "entries", "groups", "info", "members", "meters", "multicast", "plan", "registers", "value-sets"];

    private void AddWatch() =>
        Add("watch", "COMMAND [--every N] [--count N] [--seconds N]", "Repeat a command that changes nothing, each N seconds (1), and show its answer whenever that is another one", ShellArgument.Command, WatchAsync);

    private async Task WatchAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        ShellLine inner = ShellLine.Parse(line.Rest);
        if (Array.IndexOf(s_watched, inner.Command) < 0)
        {
            throw new ShellException($"watch: expected a command that changes nothing: {string.Join(", ", s_watched)}");
        }

        TimeSpan every = TimeSpan.FromSeconds(line.Number("--every") ?? 1);
        double count = line.Number("--count") ?? double.PositiveInfinity;
        using CancellationTokenSource end = line.Number("--seconds") is { } seconds ? new(TimeSpan.FromSeconds(seconds), _options.Time) : new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
        string? last = null;
        try
        {
            for (int shown = 0; shown < count;)
            {
                StringWriter answer = new();
                await RunAsync(line.Typed, answer, either.Token).ConfigureAwait(false);
                if (answer.ToString() != last)
                {
                    output.Write(shown == 0 || IsJson(line) ? "" : Environment.NewLine);
                    output.Write(last = answer.ToString());
                    await output.FlushAsync(either.Token).ConfigureAwait(false);
                    shown++;
                }

                if (shown < count)
                {
                    await InlineDelay.WaitAsync(every, _options.Time, either.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return; // the time is over
        }
    }
}
