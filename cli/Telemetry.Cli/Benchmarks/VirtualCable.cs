using System.Diagnostics;
using System.Globalization;

namespace Telemetry.Cli.Benchmarks;

/// <summary>A veth pair, up, without addresses and IPv6; deleted at the end. Linux and root.</summary>
internal sealed class VirtualCable : IDisposable
{
    private VirtualCable(string name) => (Near, Far) = (name + "n", name + "f");

    /// <summary>The bench's end.</summary>
    public string Near { get; }

    /// <summary>The switch's end.</summary>
    public string Far { get; }

    /// <exception cref="CommandException">The command ip is missing or failed.</exception>
    public static VirtualCable Create(string kind)
    {
        VirtualCable cable = new(string.Create(CultureInfo.InvariantCulture, $"tb{Environment.ProcessId % 1_000_000}{kind}"));
        Ip("link", "add", cable.Near, "type", "veth", "peer", "name", cable.Far);
        foreach (string end in (string[])[cable.Near, cable.Far])
        {
            string ipv6 = $"/proc/sys/net/ipv6/conf/{end}/disable_ipv6";
            if (File.Exists(ipv6))
            {
                File.WriteAllText(ipv6, "1");
            }

            Ip("link", "set", end, "up");
        }

        return cable;
    }

    /// <summary>Frames that arrived at the bench's end.</summary>
    public long NearReceived => Statistic("rx_packets");

    /// <summary>Bytes of those.</summary>
    public long NearReceivedBytes => Statistic("rx_bytes");

    public void Dispose() => Ip("link", "del", Near);

    private long Statistic(string name) =>
        long.Parse(File.ReadAllText($"/sys/class/net/{Near}/statistics/{name}"), CultureInfo.InvariantCulture);

    private static void Ip(params string[] arguments)
    {
        ProcessStartInfo start = new("ip", arguments) { RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            string fault = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new CommandException($"ip {string.Join(' ', arguments)}: {fault.Trim()}");
            }
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new CommandException("measuring over veth needs ip: apt-get install iproute2", fault);
        }
    }
}
