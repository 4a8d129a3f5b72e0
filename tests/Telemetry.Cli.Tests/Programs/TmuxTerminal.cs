using System.Diagnostics;
using System.Globalization;
using Telemetry.Cli.Tests.Repository;

namespace Telemetry.Cli.Tests.Programs;

/// <summary>A program in a terminal of a given size, driven with keys and read as text.</summary>
internal sealed class TmuxTerminal : IAsyncDisposable
{
    public const string Tmux = "/usr/bin/tmux";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static int s_count;

    private readonly string _socket = string.Create(
        CultureInfo.InvariantCulture, $"telemetry-test-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");

    private TmuxTerminal()
    {
    }

    /// <summary>Starts a shell command; when it ends the shell prints <c>ended with CODE</c> and waits.</summary>
    public static async Task<TmuxTerminal> StartAsync(int columns, int rows, string command)
    {
        TmuxTerminal terminal = new();
        await terminal.DoAsync(
            "-f", "/dev/null", "new-session", "-d", "-s", "t",
            "-x", columns.ToString(CultureInfo.InvariantCulture), "-y", rows.ToString(CultureInfo.InvariantCulture),
            "-e", $"TELEMETRY_ROOT={RepositoryRoot.Path}",
            $"{command}; echo ended with $?; exec cat");
        return terminal;
    }

    public Task<string> CaptureAsync() => DoAsync("capture-pane", "-p", "-t", "t");

    public Task SendAsync(params string[] keys) => DoAsync(["send-keys", "-t", "t", .. keys]);

    /// <summary>Waits until the screen satisfies a condition and returns it; fails the test with the last screen when it never does.</summary>
    public async Task<string> ShowsAsync(Func<string, bool> condition, string what)
    {
        using CancellationTokenSource patience = new(s_patience);
        string screen = string.Empty;
        while (!patience.IsCancellationRequested)
        {
            screen = await CaptureAsync();
            if (condition(screen))
            {
                return screen;
            }

            await Task.Delay(100);
        }

        Assert.Fail($"the terminal never showed {what}; it shows:\n{screen}");
        return screen;
    }

    public async ValueTask DisposeAsync() => await DoAsync("kill-server");

    private async Task<string> DoAsync(params string[] arguments)
    {
        ProcessStartInfo start = new(Tmux, ["-L", _socket, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("TMUX");
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"tmux {string.Join(' ', arguments)}: {await errors}");
        return output;
    }
}
