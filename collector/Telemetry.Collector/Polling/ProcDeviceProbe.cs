using System.Globalization;

namespace Telemetry.Collector.Polling;

/// <summary>
/// Reads processor use and resident memory of processes from /proc. A process is given by its id, or found by the TCP
/// port on which it listens. Where /proc is missing or foreign processes are hidden, values stay absent. One thread.
/// </summary>
public sealed class ProcDeviceProbe : IDeviceProbe
{
    // Linux shows process times in hundredths of a second on every architecture (USER_HZ).
    private const double TicksPerSecond = 100;

    private readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly string _proc;

    /// <summary>Creates a probe without devices.</summary>
    /// <param name="time">Clock between readings.</param>
    /// <param name="proc">Where proc is mounted.</param>
    public ProcDeviceProbe(TimeProvider time, string proc = "/proc")
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _proc = proc;
    }

    /// <summary>Measures a device by its process id.</summary>
    public void AddProcess(string device, int pid) => _targets[device] = new Target { Pid = pid };

    /// <summary>Measures the process that listens on a TCP port of this machine; found anew when it is gone.</summary>
    public void AddListener(string device, int tcpPort) => _targets[device] = new Target { TcpPort = tcpPort };

    /// <inheritdoc/>
    public DeviceUsage Read(string device)
    {
        if (!_targets.TryGetValue(device, out Target? target))
        {
            return default;
        }

        if (target.Pid == 0)
        {
            if (!TryFindListener(target.TcpPort, out int found))
            {
                return default;
            }

            target.Restart(found);
        }

        if (!TryReadStat(target.Pid, out long ticks, out long pages))
        {
            bool known = Directory.Exists(_proc + "/self");
            if (target.TcpPort != 0)
            {
                target.Restart(0);
            }

            return new DeviceUsage(Exists: known ? false : null);
        }

        long now = _time.GetTimestamp();
        double? percent = null;
        if (target.HasReading)
        {
            double seconds = _time.GetElapsedTime(target.At, now).TotalSeconds;
            percent = seconds > 0 ? Math.Max(0, (ticks - target.Ticks) / TicksPerSecond / seconds * 100) : null;
        }

        target.HasReading = true;
        target.At = now;
        target.Ticks = ticks;
        return new DeviceUsage(percent, (ulong)pages * (ulong)Environment.SystemPageSize, true);
    }

    /// <summary>Finds the process that listens on a TCP port: its socket's inode, then whose descriptor that is.</summary>
    internal bool TryFindListener(int tcpPort, out int pid)
    {
        pid = 0;
        HashSet<string> sockets = new(StringComparer.Ordinal);
        foreach (string table in (string[])["net/tcp", "net/tcp6"])
        {
            foreach (string line in Lines(Path.Combine(_proc, table)).Skip(1))
            {
                // sl local remote state queues timer retransmits uid timeout inode; state 0A listens.
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == "0A"
                    && int.TryParse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int port)
                    && port == tcpPort)
                {
                    sockets.Add($"socket:[{fields[9]}]");
                }
            }
        }

        if (sockets.Count == 0)
        {
            return false;
        }

        foreach (string directory in Entries(_proc))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int candidate)
                && Entries(Path.Combine(directory, "fd")).Any(descriptor => LinkOf(descriptor) is { } link && sockets.Contains(link)))
            {
                pid = candidate;
                return true;
            }
        }

        return false;
    }

    private bool TryReadStat(int pid, out long ticks, out long pages)
    {
        ticks = 0;
        pages = 0;
        string? line = Lines(Path.Combine(_proc, pid.ToString(CultureInfo.InvariantCulture), "stat")).FirstOrDefault();

        // The second field is the program's name in parentheses and may hold anything, also blanks and parentheses.
        int afterName = line?.LastIndexOf(')') ?? -1;
        if (afterName < 0)
        {
            return false;
        }

        string[] fields = line![(afterName + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int UserTicks = 11;
        const int SystemTicks = 12;
        const int ResidentPages = 21;
        if (fields.Length <= ResidentPages || fields[0] is "Z" or "X"
            || !long.TryParse(fields[UserTicks], NumberStyles.None, CultureInfo.InvariantCulture, out long user)
            || !long.TryParse(fields[SystemTicks], NumberStyles.None, CultureInfo.InvariantCulture, out long system)
            || !long.TryParse(fields[ResidentPages], NumberStyles.None, CultureInfo.InvariantCulture, out pages))
        {
            return false;
        }

        ticks = user + system;
        return true;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return []; // a process that ended meanwhile, or is not ours to see
        }
    }

    private static string[] Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? LinkOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed class Target
    {
        public int Pid { get; set; }

        public int TcpPort { get; init; }

        public bool HasReading { get; set; }

        public long At { get; set; }

        public long Ticks { get; set; }

        public void Restart(int pid)
        {
            Pid = pid;
            HasReading = false;
        }
    }
}
