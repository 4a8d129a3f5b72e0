using System.Security.Cryptography;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Discovery;

/// <summary>The probe frames of one run: one for each switch port, made once.</summary>
internal sealed class ProbeBook
{
    private readonly Dictionary<LinkEnd, byte[]> _frames = [];
    private readonly Dictionary<LinkEnd, ulong> _cookies = [];

    public ProbeBook(Topology topology, byte[]? key)
    {
        key = key is { Length: > 0 } ? key : RandomNumberGenerator.GetBytes(32);
        Dictionary<string, int> ids = topology.Switches.ToDictionary(s => s.Name, s => s.NodeId);
        foreach (LinkEnd end in topology.Links.SelectMany(l => new[] { l.A, l.B }))
        {
            if (ids.TryGetValue(end.Device, out int id) && MacAddress.TryParse(PortMac.Of(id, end.Port), out ulong mac))
            {
                _cookies[end] = LinkProbe.Cookie(key, end);
                _frames[end] = LinkProbe.Write(end, _cookies[end], mac);
            }
        }
    }

    public byte[] Frame(LinkEnd end) => _frames[end];

    /// <summary>The port that a probe came from; null if this run did not send it.</summary>
    public LinkEnd? Read(ReadOnlySpan<byte> frame) => 
        LinkProbe.Read(frame) is { } probe && _cookies.TryGetValue(probe.From, out ulong cookie) && cookie == probe.Cookie
            ? probe.From
            : null;
}
