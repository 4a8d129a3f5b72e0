using System.Collections.Concurrent;
using System.Diagnostics;

namespace Telemetry.Cli.Benchmarks;

/// <summary><c>telemetry controller</c> as a process of its own, followed by the lines that it writes.</summary>
internal sealed class ControllerProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentDictionary<string, string> _states = new(StringComparer.Ordinal);
    private volatile string _last = "nothing";

    public ControllerProcess(IEnumerable<string> arguments)
    {
        string own = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(own) == "dotnet";
        ProcessStartInfo start = new(own, [.. isHost ? [typeof(ControllerProcess).Assembly.Location] : Array.Empty<string>(), "controller", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it says that it is in a state at so many switches.</summary>
    /// <exception cref="CommandException">It ended, or does not come to it.</exception>
    public async Task WaitForAsync(string state, int switches, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        while (_states.Values.Count(s => s == state) < switches)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begun) > s_patience)
            {
                throw new CommandException($"a controller is not {state} at all switches within {s_patience.TotalSeconds} s; it said last: {_last}");
            }

            await Task.Delay(s_look, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>As kill -9 does.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    /// <summary>A switch's line is its name, its state and more: <c>s1: Primary, 15 entries</c>.</summary>
    private void OnLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        _last = line;
        string[] parts = line.Split(": ", 2);
        if (parts.Length == 2 && !parts[0].Contains(' ', StringComparison.Ordinal))
        {
            _states[parts[0]] = parts[1].Split(',')[0];
        }
    }
}
