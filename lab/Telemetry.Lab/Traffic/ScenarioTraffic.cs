using Telemetry.Lab.Hosts;
using Telemetry.Lab.Randomness;
using Telemetry.Lab.Scenarios;
using Telemetry.Lab.Truth;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Traffic;

/// <summary>
/// The flows of a scenario between hosts, whatever lies between those: the same plan and seed give the same flows on
/// the embedded fabric and in Mininet. Members belong to the loop's thread.
/// </summary>
/// <param name="loop">Owns time and thread.</param>
/// <param name="hosts">By name.</param>
/// <param name="truth">Gets the flows.</param>
/// <param name="stampsLatency">False where somebody else measures how long packets take.</param>
internal sealed class ScenarioTraffic(
    EventLoop loop, IReadOnlyDictionary<string, Host> hosts, FabricTruth truth, bool stampsLatency = true)
{
    /// <summary>Source port of the first flow; flow n has this plus n.</summary>
    public const int FirstSourcePort = 10_000;

    /// <summary>Destination port of the first flow.</summary>
    public const int FirstDestinationPort = FirstSourcePort + ScenarioPlan.MaxFlows;

    /// <summary>Destination port of the last flow that a plan may have.</summary>
    public const int LastDestinationPort = FirstDestinationPort + ScenarioPlan.MaxFlows - 1;

    private readonly List<TcpSender> _tcpSenders = [];
    private readonly List<FlowDirection> _directions = [];

    /// <summary>TCP data segments sent again.</summary>
    public long TcpRetransmissions => _tcpSenders.Sum(s => s.Retransmissions);

    /// <summary>True for a port that is, or could be, one of a scenario's flow.</summary>
    public static bool IsPort(int port) => port is >= FirstSourcePort and <= LastDestinationPort;

    /// <summary>Schedules every flow.</summary>
    public void Start(ScenarioPlan plan)
    {
        for (int i = 0; i < plan.Flows.Count; i++)
        {
            StartFlow(i, plan.Flows[i], plan.Seed);
        }
    }

    /// <summary>
    /// Ends what outlives its plan: TCP goes on until everything is acknowledged, on a network that loses much for many seconds.
    /// </summary>
    public void End()
    {
        foreach (FlowDirection direction in _directions)
        {
            direction.IsOver = true;
        }
    }

    /// <summary>Adds what is wrong with a plan's flows.</summary>
    /// <param name="plan">To look at.</param>
    /// <param name="topology">Name for the messages.</param>
    /// <param name="faults">Gets one line a fault.</param>
    public void Validate(ScenarioPlan plan, string topology, List<string> faults)
    {
        if (plan.Flows.Count > ScenarioPlan.MaxFlows)
        {
            faults.Add($"{plan.Flows.Count} flows, at most {ScenarioPlan.MaxFlows}");
        }

        for (int i = 0; i < plan.Flows.Count; i++)
        {
            FlowPlan flow = plan.Flows[i];
            if (!hosts.ContainsKey(flow.Source) || !hosts.ContainsKey(flow.Destination) || flow.Source == flow.Destination)
            {
                faults.Add($"flow {i} from {flow.Source} to {flow.Destination}: two different hosts of {topology} expected");
            }

            if (flow.Pattern is not SynFloodTraffic && flow.FrameBytes is < FlowPlan.MinFrameBytes or > FlowPlan.MaxFrameBytes)
            {
                faults.Add($"flow {i}: frames of {flow.FrameBytes} bytes, {FlowPlan.MinFrameBytes} to {FlowPlan.MaxFrameBytes} expected");
            }

            if (flow.StartNs < loop.NowNs || flow.StopNs <= flow.StartNs)
            {
                faults.Add($"flow {i}: from {flow.StartNs} to {flow.StopNs} ns, a span after {loop.NowNs} ns expected");
            }
        }
    }

    private void StartFlow(int number, FlowPlan plan, ulong seed)
    {
        Host source = hosts[plan.Source];
        Host destination = hosts[plan.Destination];
        bool flood = plan.Pattern is SynFloodTraffic or UdpFloodTraffic;
        bool tcp = plan.Pattern is TcpTraffic or SynFloodTraffic;
        FlowKey key = new(
            source.Address,
            destination.Address,
            tcp ? (byte)6 : (byte)17,
            (ushort)(FirstSourcePort + number),
            (ushort)(FirstDestinationPort + number));
        ulong flowSeed = LabRandom.Derive(seed, $"flow {number}");
        if (flood)
        {
            FlowTruth flooded = new(key, source.Name, destination.Name)
            {
                VariesSource = plan.Pattern is SynFloodTraffic or UdpFloodTraffic { Spoofed: true },
            };
            truth.Add(flooded);
            destination.Bind(key.DestinationPort, new FloodFlow(loop, plan, source, destination, flooded, flowSeed));
            return;
        }

        FlowDirection data = new(source, destination, key, flowSeed, stampsLatency);
        truth.Add(data.Truth);
        _directions.Add(data);
        if (!tcp)
        {
            destination.Bind(key.DestinationPort, new UdpFlow(loop, plan, data, flowSeed));
            return;
        }

        FlowKey back = new(key.Destination, key.Source, key.Protocol, key.DestinationPort, key.SourcePort);
        FlowDirection acknowledgements = new(destination, source, back, flowSeed >> 16, stampsLatency);
        truth.Add(acknowledgements.Truth);
        _directions.Add(acknowledgements);
        TcpSender sender = new(loop, plan, data, acknowledgements);
        _tcpSenders.Add(sender);
        source.Bind(key.SourcePort, sender);
        destination.Bind(key.DestinationPort, new TcpReceiver(data, acknowledgements));
    }
}
