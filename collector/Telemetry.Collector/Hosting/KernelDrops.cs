using System.Globalization;

namespace Telemetry.Collector.Hosting;

/// <summary>Datagrams that the system dropped before the socket on a UDP port could be read, from /proc/net/udp; 0 where that is not to be read.</summary>
/// <param name="port">Local UDP port.</param>
/// <param name="proc">Where proc is mounted.</param>
internal sealed class KernelDrops(int port, string proc = "/proc")
{
    private long _newest;

    /// <summary>Drops as of the last <see cref="Read"/>.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    public void Read()
    {
        long drops = 0;
        foreach (string table in (string[])["net/udp", "net/udp6"])
        {
            foreach (string line in Lines(Path.Combine(proc, table)))
            {
                // sl local remote state queues timer retransmits uid timeout inode ref pointer drops
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 12
                    && int.TryParse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int local)
                    && local == port
                    && long.TryParse(fields[12], NumberStyles.None, CultureInfo.InvariantCulture, out long count))
                {
                    drops += count;
                }
            }
        }

        Interlocked.Exchange(ref _newest, Math.Max(Newest, drops));
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
