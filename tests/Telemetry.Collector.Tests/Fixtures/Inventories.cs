using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Tests.Fixtures;

internal static class Inventories
{
    /// <summary>h1 - s1 = s2 - h2: switches joined by port 3 of both, hosts at port 1; queues of 100 packets.</summary>
    public static Inventory Linear(bool sharedClock = true)
    {
        Inventory inventory = new() { Name = "linear", SharedClock = sharedClock };
        inventory.Devices.Add(new Inventory.Types.Device { Name = "h1", Kind = DeviceKind.Host, Address = "10.0.1.1" });
        inventory.Devices.Add(new Inventory.Types.Device { Name = "h2", Kind = DeviceKind.Host, Address = "10.0.2.2" });
        foreach (uint id in (uint[])[1, 2])
        {
            inventory.Devices.Add(new Inventory.Types.Device { Name = $"s{id}", Kind = DeviceKind.Switch, NodeId = id, Layer = 1 });
            foreach (uint port in (uint[])[1, 3])
            {
                inventory.Ports.Add(new Inventory.Types.Port { Device = $"s{id}", Port_ = port, RateBps = 10_000_000, QueueCapacity = 100 });
            }
        }

        inventory.Links.Add(new Inventory.Types.Link { A = "s1", APort = 3, B = "s2", BPort = 3 });
        return inventory;
    }
}
