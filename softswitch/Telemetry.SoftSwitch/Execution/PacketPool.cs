namespace Telemetry.SoftSwitch.Execution;

/// <summary>Packets not in use, most recently used first so that they are still in the cache. One thread.</summary>
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
            packet = new PacketState(slots, varBytes);
        }
        else
        {
            _free = packet.Next;
        }

        packet.Reset();
        return packet;
    }

    public void Return(PacketState packet)
    {
        packet.Next = _free;
        _free = packet;
    }
}
