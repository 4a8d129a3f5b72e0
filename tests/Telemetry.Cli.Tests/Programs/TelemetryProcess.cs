using System.Diagnostics;
using System.Globalization;
using System.Text;
using Telemetry.Cli.Tests.Repository;

namespace Telemetry.Cli.Tests.Programs;

/// <summary>The program under test as a process of its own.</summary>
internal sealed class TelemetryProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly StringBuilder _output = new();
    private readonly Task _reading;
    private bool _disposed;

    private TelemetryProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(CopyAsync(process.StandardOutput, _output), CopyAsync(process.StandardError, _errors));
    }

    /// <summary>Absolute path of telemetry.dll, built with the tests' configuration.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        RepositoryRoot.Path, "cli", "Telemetry.Cli", "bin",
        AppContext.BaseDirectory.Contains($"{System.IO.Path.DirectorySeparatorChar}Release{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug",
        "net10.0", "telemetry.dll");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static TelemetryProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>With variables of its own in its environment.</summary>
    public static TelemetryProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["TELEMETRY_ROOT"] = RepositoryRoot.Path;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return new TelemetryProcess(process);
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using TelemetryProcess process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Waits for the end; fails the test when there is none.</summary>
    public async Task<(int Code, string Output, string Errors)> EndAsync()
    {
        using CancellationTokenSource patience = new(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        return (_process.ExitCode, _output.ToString(), _errors.ToString());
    }

    /// <summary>Waits until standard error contains a text, and returns the line that does.</summary>
    public async Task<string> SaysAsync(string text)
    {
        using CancellationTokenSource patience = new(s_patience);
        while (true)
        {
            string said;
            lock (_errors)
            {
                said = _errors.ToString();
            }

            string? line = said.Split('\n').SkipLast(1).FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal));
            if (line is not null)
            {
                return line;
            }

            Assert.False(_process.HasExited, $"ended before it said '{text}'; it said: {said}");
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>Sends a signal by name: INT, TERM, KILL.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends the process if it still runs. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        _process.Dispose();
    }

    private static async Task CopyAsync(StreamReader from, StringBuilder to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (to)
            {
                to.Append(line).Append('\n');
            }
        }
    }
}
