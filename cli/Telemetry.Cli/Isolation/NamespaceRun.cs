using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Telemetry.Cli.Isolation;

/// <summary>
/// Runs this program again inside network, process and mount namespaces of its own (Linux, root). Whatever happens to
/// either program, the kernel then ends all that was started in there and removes every interface that was made.
/// </summary>
internal static partial class NamespaceRun
{
    private const string Marker = "TELEMETRY_NAMESPACE";
    private const int SigTerm = 15;
    private const int SigTtou = 22;
    private const nint IgnoreSignal = 1;
    private const int StandardInput = 0;

    /// <summary>The switches': see <c>mininet/telemetry_mininet/nodes.py</c>.</summary>
    private const int Niceness = -10;

    private static readonly string[] s_ip = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"];

    /// <summary>True in the program that was started inside.</summary>
    public static bool IsInside => Environment.GetEnvironmentVariable(Marker) == "1";

    /// <summary>Checks that this machine lets programs run in namespaces of their own.</summary>
    /// <exception cref="CommandException">This is not root, or util-linux is missing.</exception>
    public static void CheckMachine()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            throw new CommandException("--mininet needs root on Linux: network namespaces and veth interfaces are made");
        }

        if (!File.Exists("/usr/bin/unshare") || !File.Exists("/usr/bin/setpriv"))
        {
            throw new CommandException("--mininet needs unshare and setpriv: apt-get install util-linux");
        }
    }

    /// <summary>Starts the program inside with the same terminal and waits; cancellation asks it to end.</summary>
    /// <param name="arguments">The program's.</param>
    /// <param name="folder">The run's; it goes at the end, unless the run failed.</param>
    /// <param name="cancellation">Asks it to end.</param>
    /// <returns>The inner program's exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, string folder, CancellationToken cancellation)
    {
        string host = Environment.ProcessPath ?? throw new CommandException("cannot tell where this program is");
        string program = Path.Combine(AppContext.BaseDirectory, "telemetry.dll");
        ProcessStartInfo start = new("/usr/bin/setpriv",
        [
            "--pdeathsig", "KILL", "--",
            "/usr/bin/unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
            host, .. Path.GetFileNameWithoutExtension(host) == "dotnet" ? new[] { program } : [], .. arguments,
        ]);
        start.Environment[Marker] = "1";
        LabFolder.Tell(start, folder);

        // The parent-death signal is bound to the thread that forks, so one thread lives as long as the child does.
        TaskCompletionSource<int> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread keeper = new(() =>
        {
            try
            {
                using Process process = Process.Start(start) ?? throw new CommandException("cannot start unshare");
                using CancellationTokenRegistration stop = cancellation.Register(() => AskToEnd(process.Id));
                process.WaitForExit();
                ended.SetResult(process.ExitCode);
            }
#pragma warning disable CA1031 // handed to the task that is awaited
            catch (Exception fault)
#pragma warning restore CA1031
            {
                ended.SetException(fault);
            }
        })
        {
            Name = "namespace",
        };
        bool isForeground = Foreground(StandardInput) == ProcessGroup(); // never without a terminal, nor for a job in the background
        keeper.Start();
        try
        {
            return await ended.Task.ConfigureAwait(false);
        }
        finally
        {
            if (isForeground)
            {
                TakeTerminal();
            }

            LabFolder.Close(folder, cancellation.IsCancellationRequested);
        }
    }

    /// <summary>
    /// A shell that people type to makes itself the terminal's foreground, and gives that back when it ends; but in there it
    /// does not see to whom, and whoever reads from the terminal next would get an error.
    /// </summary>
    private static void TakeTerminal()
    {
        nint before = Signal(SigTtou, IgnoreSignal); // a background process that asks for the terminal is stopped otherwise
        _ = SetForeground(StandardInput, ProcessGroup());
        _ = Signal(SigTtou, before);
    }

    /// <summary>
    /// Makes this program a session of its own, as important as the switches are: Linux shares processors among sessions
    /// first, and a collector that gets none hears nothing. Not for a program that people type to.
    /// </summary>
    public static void LeaveSession()
    {
        if (NewSession() < 0)
        {
            return;
        }

        try
        {
            File.WriteAllText("/proc/self/autogroup", Niceness.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            // This kernel does not group by sessions, so there is nothing to put right.
        }
    }

    /// <summary>Brings the loopback interface of the new namespace up.</summary>
    /// <exception cref="CommandException">iproute2 is missing or failed.</exception>
    public static async Task RaiseLoopbackAsync(CancellationToken cancellation)
    {
        string ip = s_ip.FirstOrDefault(File.Exists)
            ?? throw new CommandException("--mininet needs ip: apt-get install iproute2");
        using Process process = Process.Start(ip, ["link", "set", "lo", "up"]);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw new CommandException("cannot bring up the loopback interface of the lab's namespace");
        }
    }

    // unshare waits and passes no signal on: its child is the program.
    private static void AskToEnd(int unshare)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{unshare}/task/{unshare}/children");
        if (!File.Exists(path))
        {
            return;
        }

        foreach (string child in File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            _ = Kill(int.Parse(child, CultureInfo.InvariantCulture), SigTerm);
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int Foreground(int terminal);

    [LibraryImport("libc", EntryPoint = "tcsetpgrp")]
    private static partial int SetForeground(int terminal, int group);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int ProcessGroup();

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
