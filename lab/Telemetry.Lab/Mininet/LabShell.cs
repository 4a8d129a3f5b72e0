using System.Diagnostics;

namespace Telemetry.Lab.Mininet;

/// <summary>A shell inside a running lab, in which each host's name is a command that runs its arguments in that host.</summary>
public static class LabShell
{
    /// <summary>The folder with the commands, inside a lab's work folder; the Python package fills it.</summary>
    public static string CommandFolder(string workFolder) => Path.Combine(workFolder, "bin");

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
