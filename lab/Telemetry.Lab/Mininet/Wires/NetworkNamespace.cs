using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Telemetry.Lab.Mininet.Wires;

/// <summary>Opens things in the network namespaces of other processes; a socket stays in the one it was opened in.</summary>
internal static partial class NetworkNamespace
{
    private const int NewNetwork = 0x40000000;

    /// <summary>Runs <paramref name="open"/> for each process in that process's network namespace, in order.</summary>
    /// <exception cref="MininetException">A process is gone, or this one may not enter its namespace.</exception>
    public static void ForEach(IReadOnlyList<int> processes, Action<int> open)
    {
        Exception? fault = null;

        // A namespace belongs to a thread, and this one never goes back: it ends.
        Thread visitor = new(() =>
        {
            try
            {
                for (int i = 0; i < processes.Count; i++)
                {
                    Enter(processes[i]);
                    open(i);
                }
            }
#pragma warning disable CA1031 // thrown again where the thread is waited for
            catch (Exception thrown)
#pragma warning restore CA1031
            {
                fault = thrown;
            }
        })
        {
            Name = "namespaces",
        };
        visitor.Start();
        visitor.Join();
        if (fault is not null)
        {
            throw new MininetException(fault.Message, fault);
        }
    }

    private static void Enter(int process)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/ns/net");
        using SafeFileHandle space = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (SetNamespace(space, NewNetwork) != 0)
        {
            throw new MininetException($"cannot enter {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle space, int kind);
}
