using System.Globalization;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Fabric;
using Telemetry.Lab.Traffic;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Hosts;

/// <summary>An end host of the embedded fabric: an interface, its addresses, and the flow ends that live on it.</summary>
internal sealed class Host : IFrameSink
{
    private readonly EventLoop _loop;
    private readonly long[] _faults = new long[Enum.GetValues<FrameFault>().Length];
    private readonly Dictionary<int, IFlowEndpoint> _endpoints = [];
    private readonly byte[] _mac;
    private HostInterface? _interface;

    /// <summary>Creates a host without link.</summary>
    public Host(EventLoop loop, HostNode node)
    {
        _loop = loop;
        Name = node.Name;
        Address = FlowKey.ToUInt32(node.Address);
        _mac = [.. node.Mac.Split(':').Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }

    /// <summary>Host's name.</summary>
    public string Name { get; }

    /// <summary>IPv4, host order.</summary>
    public uint Address { get; }

    /// <summary>Six bytes.</summary>
    public ReadOnlySpan<byte> Mac => _mac;

    /// <summary>Frames that its own interface had no room for.</summary>
    public long FramesDropped => _interface?.FramesDropped ?? 0;

    /// <summary>How many frames arrived with <paramref name="fault"/>.</summary>
    public long Faults(FrameFault fault) => _faults[(int)fault];

    /// <summary>Connects the interface.</summary>
    public void Attach(LinkDirection towardsSwitch, long rateBitsPerSecond) =>
        _interface = new HostInterface(_loop, towardsSwitch, rateBitsPerSecond);

    /// <summary>Hands a frame to the interface.</summary>
    public void Send(ReadOnlySpan<byte> frame) => _interface!.Send(frame);

    /// <summary>Gives all frames for an L4 port to <paramref name="endpoint"/>.</summary>
    public void Bind(ushort port, IFlowEndpoint endpoint) => _endpoints.Add(port, endpoint);

    /// <inheritdoc/>
    public void Deliver(ReadOnlySpan<byte> frame)
    {
        FrameFault fault = ReceivedFrame.TryRead(frame, _mac, out ReceivedFrame received);
        if (fault == FrameFault.None
            && !(_endpoints.TryGetValue(received.Key.DestinationPort, out IFlowEndpoint? endpoint)
                && endpoint.Receive(received, _loop.NowNs)))
        {
            fault = FrameFault.UnknownFlow;
        }

        _faults[(int)fault]++;
    }
}
