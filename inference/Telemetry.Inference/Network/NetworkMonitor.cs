using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Network;

/// <summary>
/// What is wrong besides congested queues: floods, microbursts, lossy and slow links, flows that got worse or went
/// another way. Windows come in the order of time, and in each of them ports, then links, then flows. One thread.
/// </summary>
public sealed class NetworkMonitor
{
    private readonly FloodDetector _floods;
    private readonly BurstDetector _bursts;
    private readonly LossDetector _losses;
    private readonly LatencyDetector _latencies;
    private readonly PathDetector _paths;
    private NetworkMap _map = NetworkMap.Empty;

    /// <summary>Creates a monitor that has seen nothing.</summary>
    /// <param name="options">When the rules speak; null for the defaults.</param>
    public NetworkMonitor(NetworkOptions? options = null)
    {
        options ??= new NetworkOptions();
        _floods = new FloodDetector(options);
        _bursts = new BurstDetector(options);
        _losses = new LossDetector(options);
        _latencies = new LatencyDetector(options);
        _paths = new PathDetector(options);
    }

    /// <summary>Kinds of the alerts that come from here.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["loss", "microburst", "pathchange", "qos", "synflood", "udpflood"];

    /// <summary>Takes the inventory, at first and whenever it changed.</summary>
    public void SetMap(NetworkMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        _map = map;
        _losses.SetMap(map);
    }

    /// <summary>A link went down or came up.</summary>
    /// <param name="entity">The link.</param>
    /// <param name="up">What it is now.</param>
    /// <param name="atNs">When.</param>
    public void OnLink(string entity, bool up, long atNs)
    {
        _losses.OnLink(entity, up);
        _paths.OnLink(entity, atNs);
    }

    /// <summary>Takes a port's window.</summary>
    /// <param name="port">The window.</param>
    /// <param name="congested">Whether the port has an open congestion alert.</param>
    /// <param name="changed">Receives alerts that opened or closed.</param>
    public void Observe(in PortSample port, bool congested, ICollection<NetworkAlert> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        _bursts.Observe(port, congested, changed);
        _floods.Observe(port);
        _losses.Observe(port);
        _latencies.Observe(port);
    }

    /// <summary>Takes one direction of a link.</summary>
    public void Observe(in LinkSample link) => _latencies.Observe(link);

    /// <summary>Takes a flow.</summary>
    /// <param name="flow">The flow's window.</param>
    /// <param name="startNs">The window's start.</param>
    public void Observe(in FlowSample flow, long startNs)
    {
        _floods.Observe(flow, _map);
        _losses.Observe(flow, _map);
        _latencies.Observe(flow, _map);
        _paths.Observe(flow, startNs);
    }

    /// <summary>Judges a window after all of its parts.</summary>
    /// <param name="startNs">Its start.</param>
    /// <param name="endNs">Its end.</param>
    /// <param name="changed">Receives alerts that opened, closed, or lasted another second.</param>
    public void Close(long startNs, long endNs, ICollection<NetworkAlert> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        _floods.Close(startNs, endNs, _map, changed);
        _losses.Close(startNs, endNs, changed);
        _latencies.Close(startNs, endNs, _map, changed);
        _paths.Close(endNs, changed);
    }

    /// <summary>Ends alerts on what is over already and only shown still: the end of a run.</summary>
    public void Flush(ICollection<NetworkAlert> changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        _bursts.Flush(changed);
        _paths.Flush(changed);
    }
}
