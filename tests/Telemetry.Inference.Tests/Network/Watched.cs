using Telemetry.Inference.Network;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Tests.Network;

/// <summary>A monitor over two leaves and a spine (h1, h2 on s1, h3 on s2, s3 between), fed window by window.</summary>
internal sealed class Watched
{
    private const long WindowNs = 100_000_000;
    private readonly NetworkMonitor _monitor;
    private readonly List<NetworkAlert> _told = [];

    public Watched(NetworkOptions? options = null)
    {
        _monitor = new NetworkMonitor(options);
        _monitor.SetMap(new NetworkMap(
            ["h1", "h2", "h3"],
            ["s1", "s2", "s3"],
            [
                new("h1", 0, "s1", 1, 10_000_000), new("h2", 0, "s1", 2, 10_000_000), new("h3", 0, "s2", 1, 10_000_000),
                new("s1", 3, "s3", 1, 20_000_000), new("s2", 3, "s3", 2, 20_000_000),
            ]));
    }

    public long NowNs { get; private set; }

    /// <summary>Newest state of every alert, in the order of their opening.</summary>
    public IReadOnlyList<NetworkAlert> Alerts => [.. _told.GroupBy(a => (a.Kind, a.Entity, a.StartNs)).Select(g => g.Last())];

    public void Link(string entity, bool up = true) => _monitor.OnLink(entity, up, NowNs);

    public void Window(IEnumerable<PortSample>? ports = null, IEnumerable<LinkSample>? links = null, IEnumerable<FlowSample>? flows = null)
    {
        foreach (PortSample port in ports ?? [])
        {
            _monitor.Observe(port with { StartNs = NowNs, LengthNs = WindowNs }, congested: false, _told);
        }

        foreach (LinkSample link in links ?? [])
        {
            _monitor.Observe(link);
        }

        foreach (FlowSample flow in flows ?? [])
        {
            _monitor.Observe(flow, NowNs);
        }

        _monitor.Close(NowNs, NowNs + WindowNs, _told);
        NowNs += WindowNs;
    }

    public void Flush() => _monitor.Flush(_told);

    public static PortSample Port(string name, double highShare = 0, long packets = 100, long? sent = null, long? received = null) => new()
    {
        Port = name,
        StartNs = 0,
        LengthNs = WindowNs,
        Packets = packets,
        QueueCapacity = 64,
        RateBps = 10_000_000,
        DepthMax = highShare > 0 ? 60 : 2,
        DepthHalfShare = highShare,
        TxPackets = sent,
        RxPackets = received,
    };

    public static FlowSample Flow(
        string src, string dst, byte protocol, int port, long packets, long bytes, long? lost = 0, double latencyNs = 300_000, params string[] path) => new()
    {
        Src = src,
        Dst = dst,
        SrcAddress = (uint)src.GetHashCode(StringComparison.Ordinal),
        DstAddress = 0x0A000201,
        Protocol = protocol,
        SrcPort = (ushort)port,
        DstPort = 80,
        Packets = packets,
        Bytes = bytes,
        Lost = lost,
        LatencyP50Ns = latencyNs,
        Path = path,
    };

    public static LinkSample Between(string from, string to, double lowNs, double meanNs) => new()
    {
        From = from,
        To = to,
        Entity = NetworkMap.LinkName(from, to),
        Packets = 50,
        LatencyP10Ns = lowNs,
        LatencyMeanNs = meanNs,
    };
}
