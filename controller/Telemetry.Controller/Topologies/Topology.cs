using System.Net;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Controller.Topologies;

/// <summary>A network as one object: switches, hosts, links; immutable and already validated.</summary>
/// <param name="Name">File name without extension, or the built-in's name.</param>
/// <param name="Switches">In the file's order.</param>
/// <param name="Hosts">In the file's order.</param>
/// <param name="Links">Undirected; each end names a device and its port.</param>
public sealed record Topology(
    string Name,
    IReadOnlyList<SwitchNode> Switches,
    IReadOnlyList<HostNode> Hosts,
    IReadOnlyList<Link> Links)
{
    /// <summary>Machines that run the collector's tiers; empty when the lab places them itself.</summary>
    public IReadOnlyList<TierNode> Tiers { get; init; } = [];

    /// <summary>Links between switches and tiers, apart from the data plane.</summary>
    public IReadOnlyList<ManagementLink> Management { get; init; } = [];
}

/// <summary>A switch, a router or a firewall.</summary>
/// <param name="Name">As in the file, e.g. <c>s1</c>.</param>
/// <param name="NodeId">INT node id and P4Runtime device id: 1, 2, ... unless the file says otherwise; unique.</param>
/// <param name="Layer">1 for a switch with hosts, 2 for the next layer and so on.</param>
/// <param name="Program">Folder or JSON of this switch's own program; null for the lab's.</param>
/// <param name="RuntimeFile">Absolute path of its <c>sN-runtime.json</c>; null when the controller computes entries.</param>
/// <param name="GrpcAddress">host:port where it serves P4Runtime; null when the launcher chooses.</param>
/// <param name="Cluster">Cluster it belongs to; <c>c1</c> by default.</param>
/// <param name="Target">What runs it, <c>soft</c> or <c>bmv2</c>; null for the lab's choice, which of routers and firewalls is no P4 switch.</param>
/// <param name="Role">What it is in the network.</param>
/// <param name="CpuPort">Port of the controller; null for the launcher's choice.</param>
public sealed record SwitchNode(
    string Name,
    int NodeId,
    int Layer,
    string? Program,
    string? RuntimeFile,
    string? GrpcAddress,
    string Cluster,
    string? Target = null,
    SwitchRole Role = SwitchRole.Switch,
    int? CpuPort = null)
{
    /// <summary>
    /// Whether it is a P4 switch. Routers and firewalls are not unless the file names a target for them: they forward by
    /// routes, as Linux does, and neither P4Runtime nor INT know of them.
    /// </summary>
    public bool RunsP4 => Role == SwitchRole.Switch || Target is not null;

    /// <summary>What a firewall drops: the first rule that matches counts; empty for other roles.</summary>
    public IReadOnlyList<FirewallRule> Rules { get; init; } = [];

    /// <summary>TLS towards its P4Runtime; null where the file says nothing of it.</summary>
    public SwitchTls? Tls { get; init; }
}

/// <summary>An end host.</summary>
/// <param name="Name">As in the file, e.g. <c>h1</c>.</param>
/// <param name="Address">IPv4 address.</param>
/// <param name="PrefixLength">Of the host's subnet.</param>
/// <param name="Mac">Six bytes, as text <c>08:00:00:00:01:11</c>.</param>
/// <param name="Commands">Shell commands to run in the host at start, from the tutorials' files.</param>
public sealed record HostNode(
    string Name, IPAddress Address, int PrefixLength, string Mac, IReadOnlyList<string> Commands);

/// <summary>One end of a link.</summary>
/// <param name="Device">Switch or host name.</param>
/// <param name="Port">Switch port from 1; 0 on a host.</param>
public readonly record struct LinkEnd(string Device, int Port);

/// <summary>A link, the same in both directions.</summary>
/// <param name="A">One end; a host's end has port 0.</param>
/// <param name="B">The other end.</param>
/// <param name="RateBitsPerSecond">0 is unlimited.</param>
/// <param name="DelayNs">One-way propagation.</param>
/// <param name="Loss">Fraction of frames lost at random, 0..1.</param>
/// <param name="QueueDepthPackets">Of the egress queues at its switch ends.</param>
public sealed record Link(
    LinkEnd A, LinkEnd B, long RateBitsPerSecond, long DelayNs, double Loss, int QueueDepthPackets);
