using System.Security.Cryptography;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;
using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Discovery;

/// <summary>The probe frames of one run: one for each switch port, made once.</summary>
internal sealed class ProbeBook
{
    private readonly byte[] _key;
    private readonly Dictionary<LinkEnd, byte[]> _frames = [];

    public ProbeBook(Topology topology, byte[]? key)
    {
        _key = key is { Length: > 0 } ? key : RandomNumberGenerator.GetBytes(32);
        Dictionary<string, int> ids = topology.Switches.ToDictionary(s => s.Name, s => s.NodeId);
        foreach (LinkEnd end in topology.Links.SelectMany(l => new[] { l.A, l.B }))
        {
            if (ids.TryGetValue(end.Device, out int id) && MacAddress.TryParse(PortMac.Of(id, end.Port), out ulong mac))
            {
                _frames[end] = LinkProbe.Write(_key, end, mac);
            }
        }
    }

    public byte[] Frame(LinkEnd end) => _frames[end];

    /// <summary>The port that a probe came from; null if this run did not send it.</summary>
    public LinkEnd? Read(ReadOnlySpan<byte> frame) => LinkProbe.Read(_key, frame);
}
