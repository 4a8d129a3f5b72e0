using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Entities;

/// <summary>Joins what several senders say exists into one inventory, in order of names. One thread.</summary>
internal sealed class InventoryUnion
{
    private readonly SortedDictionary<string, Inventory> _bySender = new(StringComparer.Ordinal);

    /// <summary>The joined inventory; null before the first.</summary>
    public Inventory? Current { get; private set; }

    /// <summary>Takes what a sender says; it replaces what the same sender said before.</summary>
    /// <returns>True when the joined inventory changed.</returns>
    public bool Set(string sender, Inventory inventory)
    {
        if (_bySender.TryGetValue(sender, out Inventory? known) && known.Equals(inventory))
        {
            return false;
        }

        _bySender[sender] = inventory;
        Inventory joined = Join();
        bool changed = !joined.Equals(Current);
        Current = joined;
        return changed;
    }

    private Inventory Join()
    {
        Inventory joined = new() { SharedClock = true };
        SortedDictionary<string, Inventory.Types.Device> devices = new(StringComparer.Ordinal);
        SortedDictionary<PortId, Inventory.Types.Port> ports = [];
        SortedDictionary<LinkId, Inventory.Types.Link> links = [];
        foreach (Inventory inventory in _bySender.Values)
        {
            joined.Name = joined.Name.Length > 0 ? joined.Name : inventory.Name;
            joined.SharedClock &= inventory.SharedClock;
            foreach (Inventory.Types.Device device in inventory.Devices)
            {
                devices[device.Name] = device;
            }

            foreach (Inventory.Types.Port port in inventory.Ports)
            {
                ports[new PortId(port.Device, port.Port_)] = port;
            }

            foreach (Inventory.Types.Link link in inventory.Links)
            {
                links[new LinkId(new PortId(link.A, link.APort), new PortId(link.B, link.BPort)).Undirected] = link;
            }
        }

        joined.Devices.AddRange(devices.Values);
        joined.Ports.AddRange(ports.Values);
        joined.Links.AddRange(links.Values);
        return joined;
    }
}
