using System.Diagnostics.CodeAnalysis;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Nodes;

/// <summary>A switch as a node knows it: by the node id of its reports, by name, or both.</summary>
internal sealed class SwitchState(string name, DeviceTrack device)
{
    private readonly Dictionary<uint, PortState> _ports = [];
    private Dictionary<uint, Inventory.Types.Port> _limits = [];

    public string Name { get; } = name;

    public DeviceTrack Device { get; } = device;

    public ClockProfile Clock { get; set; } = new();

    /// <summary>Sequences that it sends in.</summary>
    public int Exporters { get; set; }

    /// <summary>Where its stamps lie on the run's clock.</summary>
    public EventClock Events { get; } = new();

    public bool TryGetPort(uint port, [NotNullWhen(true)] out PortState? state) => _ports.TryGetValue(port, out state);

    public void Add(PortState port) => _ports.Add(port.Port, port);

    public bool TryGetLimits(uint port, [NotNullWhen(true)] out Inventory.Types.Port? limits) => _limits.TryGetValue(port, out limits);

    public void SetLimits(IEnumerable<Inventory.Types.Port> ports)
    {
        Dictionary<uint, Inventory.Types.Port> limits = [];
        foreach (Inventory.Types.Port port in ports)
        {
            limits[port.Port_] = port;
        }

        _limits = limits;
    }
}
