using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Running;

/// <summary>Knows whether the controller has programmed every switch and seen every link between switches up.</summary>
internal sealed class Convergence
{
    private readonly ControllerApp _controller;
    private readonly SortedDictionary<string, (string A, string B)> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public Convergence(Topology topology, ControllerApp controller)
    {
        _controller = controller;
        HashSet<string> switches = [.. topology.Switches.Where(s => s.RunsP4).Select(s => s.Name)];
        foreach (Link link in topology.Links)
        {
            if (switches.Contains(link.A.Device) && switches.Contains(link.B.Device))
            {
                _waiting[Key(link.A, link.B)] = (link.A.Device, link.B.Device);
            }
        }

        controller.LinkChanged += OnLink;
    }

    /// <summary>True from the first moment at which everything was up at once.</summary>
    public bool IsReached => Missing().Count == 0;

    /// <summary>What is still missing, in words.</summary>
    public IReadOnlyList<string> Missing()
    {
        List<string> missing = [.. _controller.Switches
            .Where(s => s.State != SwitchState.Primary)
            .Select(s => $"{s.Name} is {s.State.ToString().ToLowerInvariant()}{(s.Detail.Length > 0 ? $" ({s.Detail})" : "")}")];
        lock (_lock)
        {
            IReadOnlySet<string> probed = _controller.Probed;
            missing.AddRange(_waiting
                .Where(l => probed.Contains(l.Value.A) && probed.Contains(l.Value.B))
                .Select(l => $"no probe over {l.Key}"));
        }

        return missing;
    }

    private static string Key(LinkEnd a, LinkEnd b)
    {
        string first = $"{a.Device}-p{a.Port}";
        string second = $"{b.Device}-p{b.Port}";
        return string.CompareOrdinal(first, second) <= 0 ? $"{first}>{second}" : $"{second}>{first}";
    }

    private void OnLink(LinkChanged change)
    {
        lock (_lock)
        {
            string key = Key(change.A, change.B);
            if (change.Up)
            {
                _waiting.Remove(key);
            }
            else
            {
                _waiting[key] = (change.A.Device, change.B.Device);
            }
        }
    }
}
