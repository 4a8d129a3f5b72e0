using System.Globalization;
using System.Runtime.InteropServices;

namespace Telemetry.Lab.Mininet;

/// <summary>What must keep time goes before what only has to be done, also on a machine that does something else besides.</summary>
internal static partial class Priority
{
    private const int RoundRobin = 2;

    /// <summary>See <c>mininet/telemetry_mininet/nodes.py</c>.</summary>
    private const int SwitchNiceness = -10;

    /// <summary>
    /// Runs the calling thread before all usual ones, from now on; without the right to, it stays as it is. For a thread
    /// that sleeps most of the time: niceness would not do, because Linux shares processors among sessions first.
    /// </summary>
    public static void RaiseThread()
    {
        int lowest = 1;
        _ = SetScheduler(0, RoundRobin, ref lowest); // 0: the calling thread
    }

    /// <summary>
    /// The same for threads of this process by their name: whoever takes reports beside switches that go first would get no
    /// turn in a flood, and see it only when it is over.
    /// </summary>
    public static void RaiseThreads(string name)
    {
        int lowest = 1;
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(task, "comm")).AsSpan().Trim().SequenceEqual(name))
                {
                    _ = SetScheduler(int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), RoundRobin, ref lowest);
                }
            }
            catch (IOException)
            {
                continue; // it has ended
            }
        }
    }

    /// <summary>
    /// Gives all threads of this process, and those to come, the niceness of switches: a collector that waits for a
    /// processor loses reports and takes for silent what it did not hear. Without the right to, they stay as they are.
    /// </summary>
    public static void RaiseProcess()
    {
        foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            _ = SetPriority(0, int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), SwitchNiceness);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int thread, int niceness); // which 0: of a thread

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, ref int priority);
}
