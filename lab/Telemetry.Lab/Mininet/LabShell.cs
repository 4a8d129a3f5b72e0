using System.Diagnostics;

namespace Telemetry.Lab.Mininet;

/// <summary>A shell inside a running lab, in which each host's name is a command that runs its arguments in that host.</summary>
public static class LabShell
{
    /// <summary>The folder with the commands, inside a lab's work folder; the Python package fills it.</summary>
    public static string CommandFolder(string workFolder) => Path.Combine(workFolder, "bin");

    /// <summary>Adds this program to a lab's commands, as <c>telemetry</c>, and notes where watchers find the data center.</summary>
    /// <param name="workFolder">The lab's.</param>
    /// <param name="program">What starts this program, up to the name of a command.</param>
    /// <param name="feed">The data center's <c>ADDRESS:PORT</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task InstallAsync(string workFolder, IReadOnlyList<string> program, string feed, CancellationToken cancellation)
    {
        string words = string.Join(' ', program.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        string script = Path.Combine(CommandFolder(workFolder), "telemetry");
        // A lab started from a lab's shell has namespaces of its own again.
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nunset TELEMETRY_NAMESPACE\nexec {words} \"$@\"\n", cancellation).ConfigureAwait(false);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await File.WriteAllTextAsync(Path.Combine(workFolder, "feed"), $"{feed}\n", cancellation).ConfigureAwait(false);
    }

    /// <summary>What to start: a command, or for an empty one a shell for people.</summary>
    public static IReadOnlyList<string> Arguments(string command) => command.Length == 0
        ? ["--noprofile", "--norc", "-i"]
        : ["-c", "exec 1>&2; eval \"$1\"", "bash", command]; // standard output is the JSON document's

    /// <summary>Adds what the shell needs to its environment.</summary>
    public static void Prepare(IDictionary<string, string?> environment, string workFolder)
    {
        ArgumentNullException.ThrowIfNull(environment);
        environment.TryGetValue("PATH", out string? path);
        environment["PATH"] = $"{CommandFolder(workFolder)}:{path}";
        environment["PS1"] = "lab> ";
    }

    /// <summary>Runs a command in this process's own namespaces and waits; cancellation ends it.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="MininetException">There is no bash.</exception>
    public static async Task<int> RunAsync(string workFolder, string command, CancellationToken cancellation)
    {
        ProcessStartInfo start = new("/bin/bash", Arguments(command));
        Prepare(start.Environment, workFolder);
        using Process shell = Process.Start(start) ?? throw new MininetException("cannot start /bin/bash");
        try
        {
            await shell.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            throw;
        }

        return shell.ExitCode;
    }
}
