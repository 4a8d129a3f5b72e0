using System.Runtime.InteropServices;

namespace Telemetry.Lab.Mininet;

/// <summary>What must keep time goes before what only has to be done, also on a machine that does something else besides.</summary>
internal static partial class Priority
{
    private const int RoundRobin = 2;

    /// <summary>
    /// Runs the calling thread before all usual ones, from now on; without the right to, it stays as it is. For a thread
    /// that sleeps most of the time: niceness would not do, because Linux shares processors among sessions first.
    /// </summary>
    public static void RaiseThread()
    {
        int lowest = 1;
        _ = SetScheduler(0, RoundRobin, ref lowest); // 0: the calling thread
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, ref int priority);
}
