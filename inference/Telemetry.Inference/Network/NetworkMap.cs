using System.Collections.Frozen;
using System.Globalization;

namespace Telemetry.Inference.Network;

/// <summary>Who is linked to whom: the places that alerts name. Immutable.</summary>
public sealed class NetworkMap
{
    private readonly FrozenDictionary<string, (string Port, long RateBps)> _access;
    private readonly FrozenDictionary<(string, string), (string Out, string In, long RateBps)> _between;

    /// <summary>Indexes an inventory.</summary>
    /// <param name="hosts">Names of hosts.</param>
    /// <param name="switches">Names of switches that telemetry measures.</param>
    /// <param name="links">All links.</param>
    public NetworkMap(IEnumerable<string> hosts, IEnumerable<string> switches, IEnumerable<NetworkLink> links)
    {
        Hosts = hosts.ToFrozenSet(StringComparer.Ordinal);
        FrozenSet<string> measured = switches.ToFrozenSet(StringComparer.Ordinal);
        Dictionary<string, (string, long)> access = new(StringComparer.Ordinal);
        Dictionary<(string, string), (string, string, long)> between = [];
        foreach (NetworkLink link in links)
        {
            Add(link.A, link.APort, link.B, link.BPort, link.RateBps);
            Add(link.B, link.BPort, link.A, link.APort, link.RateBps);
        }

        _access = access.ToFrozenDictionary(StringComparer.Ordinal);
        _between = between.ToFrozenDictionary();

        void Add(string near, int nearPort, string far, int farPort, long rateBps)
        {
            if (Hosts.Contains(far))
            {
                access.TryAdd(far, (PortName(near, nearPort), rateBps));
            }
            else if (measured.Contains(near) && measured.Contains(far))
            {
                between.TryAdd((near, far), (PortName(near, nearPort), PortName(far, farPort), rateBps));
            }
        }
    }

    /// <summary>Knows nobody.</summary>
    public static NetworkMap Empty { get; } = new([], [], []);

    /// <summary>Names of hosts.</summary>
    public FrozenSet<string> Hosts { get; }

    /// <summary>Pairs of switches with a link between them, both directions.</summary>
    public IEnumerable<(string From, string To)> SwitchLinks => _between.Keys;

    /// <summary>The port that leads to a host, and its line's rate; false when the host is unknown.</summary>
    public bool TryAccess(string host, out string port, out long rateBps)
    {
        bool known = _access.TryGetValue(host, out (string Port, long RateBps) access);
        (port, rateBps) = known ? access : ("", 0);
        return known;
    }

    /// <summary>The ports at both ends of the way from one switch to the next; false when no link is known.</summary>
    public bool TryBetween(string from, string to, out string egress, out string ingress)
    {
        bool known = _between.TryGetValue((from, to), out (string Out, string In, long RateBps) ports);
        (egress, ingress) = known ? (ports.Out, ports.In) : ("", "");
        return known;
    }

    /// <summary>Line rate between two switches; 0 unknown.</summary>
    public long RateBetween(string from, string to) => _between.GetValueOrDefault((from, to)).RateBps;

    /// <summary>Entity of a port.</summary>
    public static string PortName(string device, int port) => string.Create(CultureInfo.InvariantCulture, $"{device}-p{port}");

    /// <summary>Entity of a link: its ends in ordinal order.</summary>
    public static string LinkName(string a, string b) => string.CompareOrdinal(a, b) <= 0 ? $"{a}-{b}" : $"{b}-{a}";
}
