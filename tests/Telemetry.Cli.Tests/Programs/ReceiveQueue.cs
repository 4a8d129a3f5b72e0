using System.Globalization;

namespace Telemetry.Cli.Tests.Programs;

/// <summary>What waits in the system for the reader of a UDP port on this machine, from /proc/net/udp.</summary>
internal static class ReceiveQueue
{
    public const string Table = "/proc/net/udp";

    // Below a tenth of the smallest buffer that a system grants by default.
    private const long LowBytes = 16 << 10;

    /// <summary>Waits until the reader has taken nearly everything, so that whoever sends then overruns no buffer, however seldom the reader runs.</summary>
    public static async Task DrainAsync(int port)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (Bytes(port) > LowBytes)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static long Bytes(int port)
    {
        long bytes = 0;
        foreach (string line in File.ReadLines(Table).Skip(1))
        {
            // sl local remote state tx_queue:rx_queue ...
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (Hex(fields[1]) == port)
            {
                bytes += Hex(fields[4]);
            }
        }

        return bytes;
    }

    private static long Hex(string field) =>
        long.Parse(field.AsSpan(field.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
