using System.Security.Cryptography;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Discovery;

/// <summary>Makes the probe frames of one run: each has a number of its own, which its cookie signs.</summary>
internal sealed class ProbeBook
{
    private readonly byte[] _key;
    private readonly Dictionary<string, int> _nodeIds;

    public ProbeBook(Topology topology, byte[]? key)
    {
        _key = key is { Length: > 0 } ? key : RandomNumberGenerator.GetBytes(32);
        _nodeIds = topology.Switches.ToDictionary(s => s.Name, s => s.NodeId);
    }

    /// <summary>A frame that says it comes from this end, and its cookie.</summary>
    public (byte[] Frame, ulong Cookie) Make(LinkEnd from, long number)
    {
        ulong cookie = LinkProbe.Cookie(_key, from, number);
        return MacAddress.TryParse(PortMac.Of(_nodeIds[from.Device], from.Port), out ulong mac)
            ? (LinkProbe.Write(from, cookie, mac), cookie)
            : throw new InvalidOperationException($"{from.Device}-p{from.Port} has no MAC address");
    }
}
