using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Fabric;

/// <summary>
/// The links apart from the data plane, as far as it matters here: which of them are up, and so who reaches whom. One
/// that the topology does not know reaches everybody: without management links, tiers and switches are one machine.
/// </summary>
internal sealed class ManagementNetwork
{
    private readonly Topology _topology;
    private readonly HashSet<string> _down = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members;
    private readonly Dictionary<(string, string), bool> _known = [];

    public ManagementNetwork(Topology topology)
    {
        _topology = topology;
        _members = [.. topology.Management.SelectMany(l => new[] { l.A, l.B })];
    }

    /// <summary>Whether there is a management link between two devices.</summary>
    public bool Has(string a, string b) =>
        _topology.Management.Any(l => FabricLink.EntityOf(l.A, l.B) == FabricLink.EntityOf(a, b));

    /// <summary>Cuts or mends the link between two devices.</summary>
    public void SetUp(string a, string b, bool up)
    {
        _ = up ? _down.Remove(FabricLink.EntityOf(a, b)) : _down.Add(FabricLink.EntityOf(a, b));
        _known.Clear();
    }

    /// <summary>Whether one reaches the other over links that are up.</summary>
    public bool Connects(string from, string to)
    {
        if (!_members.Contains(from) || !_members.Contains(to))
        {
            return true;
        }

        if (!_known.TryGetValue((from, to), out bool connects))
        {
            connects = ManagementPaths.Connect(
                _topology.Management.Where(l => !_down.Contains(FabricLink.EntityOf(l.A, l.B))), from, to);
            _known.Add((from, to), connects);
        }

        return connects;
    }
}
