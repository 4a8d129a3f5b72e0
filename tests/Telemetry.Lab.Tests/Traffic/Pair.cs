using System.Net;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Traffic;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Tests.Traffic;

/// <summary>Two hosts with a drop-tail queue between them that can mark or drop.</summary>
internal sealed class Pair : IDisposable
{
    public const long HostRate = 100_000_000;

    public Pair(long bottleneckRate = 10_000_000, int queuePackets = 64, int markFrom = int.MaxValue)
    {
        A = new Host(Loop, Node("h1", "10.0.1.1", "08:00:00:00:01:01"));
        B = new Host(Loop, Node("h2", "10.0.2.1", "08:00:00:00:02:01"));
        Forward = new Bottleneck(Loop, bottleneckRate, queuePackets, markFrom, B);
        Back = new Bottleneck(Loop, bottleneckRate, queuePackets, int.MaxValue, A);
        A.Attach(new LinkDirection(Loop, HostRate, 50_000, 0, 1, Forward), HostRate);
        B.Attach(new LinkDirection(Loop, HostRate, 50_000, 0, 2, Back), HostRate);
    }

    public EventLoop Loop { get; } = new();

    public Host A { get; }

    public Host B { get; }

    public Bottleneck Forward { get; }

    public Bottleneck Back { get; }

    public FlowTruth StartUdp(TrafficPattern pattern, long stopNs, int frameBytes = 1000, ulong seed = 1)
    {
        FlowDirection direction = new(A, B, new FlowKey(A.Address, B.Address, 17, 10_000, 34_000), 1);
        B.Bind(34_000, new UdpFlow(Loop, new FlowPlan("h1", "h2", pattern, 0, stopNs, frameBytes), direction, seed));
        return direction.Truth;
    }

    public (TcpSender Sender, TcpReceiver Receiver, FlowTruth Data) StartTcp(TcpTraffic traffic, long stopNs)
    {
        FlowDirection data = new(A, B, new FlowKey(A.Address, B.Address, 6, 10_000, 34_000), 1);
        FlowDirection back = new(B, A, new FlowKey(B.Address, A.Address, 6, 34_000, 10_000), 1);
        TcpSender sender = new(Loop, new FlowPlan("h1", "h2", traffic, 0, stopNs, 1000), data, back);
        TcpReceiver receiver = new(data, back);
        A.Bind(10_000, sender);
        B.Bind(34_000, receiver);
        return (sender, receiver, data.Truth);
    }

    public void Dispose() => Loop.Dispose();

    private static HostNode Node(string name, string address, string mac) => new(name, IPAddress.Parse(address), 24, mac, []);
}
