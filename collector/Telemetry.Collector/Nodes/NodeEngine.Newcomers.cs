using System.Buffers.Binary;
using System.Net;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Nodes;

/// <remarks>
/// An exporter that changes its node id with each datagram, or a stack with any bytes in it, must not become thousands of devices that all tiers carry from then on.
/// What the inventory lists is always taken; of the rest only so much (<see cref="NewcomerGate"/>).
/// </remarks>
public sealed partial class NodeEngine
{
    // Sequences of one switch (hardware ids, addresses, destinations) that need no asking, and links that leave one port.
    private const int FreeExporters = 64;
    private const int FreeLinks = 4;

    private readonly NewcomerGate _newDevices;
    private readonly NewcomerGate _newPorts;
    private UInt128 _sender;

    private bool TakesDevice() => Takes(_newDevices, "devices");

    private bool TakesPort() => Takes(_newPorts, "ports and links");

    private bool Takes(NewcomerGate gate, string what)
    {
        if (gate.TryTake(_sender, RunClock.NowNs(_time), out bool tell))
        {
            return true;
        }

        if (tell)
        {
            // Past the limit of events: a flood uses that up first.
            string limits = ReferenceEquals(gate, _newDevices)
                ? $"{_options.NewDevicesPerSecond} a second, {_options.MaxUnlistedDevices} in all and half of them of one sender"
                : $"{_options.MaxUnlistedPorts} in all and half of them of one sender";
            _events.Add(new Event
            {
                Kind = EventKind.InventoryFault,
                Entity = _options.Name,
                TimeNs = RunClock.NowNs(_time),
                Detail = $"reports from {TextOf(_sender)} name more {what} than are taken up unless the inventory lists them ({limits}): the others are left out and counted",
            });
        }

        return false;
    }

    private static string TextOf(UInt128 address)
    {
        if (address == 0)
        {
            return "an unknown address";
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(address <= uint.MaxValue ? bytes[12..] : bytes).ToString();
    }
}
