using System.Security.Cryptography;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Discovery;

/// <summary>The probe frames of one run: one for each switch port, made once.</summary>
internal sealed class ProbeBook
{
    private readonly byte[] _key;
    private readonly Dictionary<LinkEnd, byte[]> _frames = [];
    private readonly Dictionary<int, string> _names;

    public ProbeBook(Topology topology, byte[]? key)
    {
        _key = key is { Length: > 0 } ? key : RandomNumberGenerator.GetBytes(32);
        _names = topology.Switches.ToDictionary(s => s.NodeId, s => s.Name);
        Dictionary<string, int> ids = topology.Switches.ToDictionary(s => s.Name, s => s.NodeId);
        foreach (LinkEnd end in topology.Links.SelectMany(l => new[] { l.A, l.B }))
        {
            if (ids.TryGetValue(end.Device, out int id))
            {
                _frames[end] = LinkProbe.Write(_key, end.Device, id, end.Port);
            }
        }
    }

    public byte[] Frame(LinkEnd end) => _frames[end];

    /// <summary>Where a probe came from; null if this run did not send it.</summary>
    public LinkEnd? Read(ReadOnlySpan<byte> frame) =>
        LinkProbe.TryRead(_key, frame, out int nodeId, out int port) && _names.TryGetValue(nodeId, out string? name)
            ? new LinkEnd(name, port)
            : null;
}
