namespace Telemetry.SoftSwitch.Execution;

/// <summary>Packets not in use, most recently used first so that they are still in the cache. One thread at a time.</summary>
internal sealed class PacketPool(int slots, int varBytes)
{
    private PacketState? _free;

    /// <summary>Packets ever made: the most that were in use at once.</summary>
    public int Created { get; private set; }

    public PacketState Rent()
    {
        PacketState? packet = _free;
        if (packet is null)
        {
            Created++;
            packet = new PacketState(slots, varBytes) { Home = this };
        }
        else
        {
            _free = packet.Next;
        }

        packet.Reset();
        return packet;
    }

    /// <summary>Gives the packet back to the pool that it came from, which may be another one's.</summary>
    public void Return(PacketState packet)
    {
        PacketPool home = packet.Home ?? this;
        packet.Next = home._free;
        home._free = packet;
    }

    /// <summary>An empty pool of the same packets.</summary>
    public PacketPool CreateAnother() => new(slots, varBytes);
}
