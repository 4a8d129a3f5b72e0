using Telemetry.Controller.App;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Running;

/// <summary>Knows whether the controller has programmed every switch and seen every link between switches up.</summary>
internal sealed class Convergence
{
    private readonly ControllerApp _controller;
    private readonly SortedSet<string> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public Convergence(Topology topology, ControllerApp controller)
    {
        _controller = controller;
        HashSet<string> switches = [.. topology.Switches.Select(s => s.Name)];
        foreach (Link link in topology.Links)
        {
            if (switches.Contains(link.A.Device) && switches.Contains(link.B.Device))
            {
                _waiting.Add(Key(link.A, link.B));
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
            missing.AddRange(_waiting.Select(l => $"no probe over {l}"));
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
            _ = change.Up ? _waiting.Remove(Key(change.A, change.B)) : _waiting.Add(Key(change.A, change.B));
        }
    }
}
