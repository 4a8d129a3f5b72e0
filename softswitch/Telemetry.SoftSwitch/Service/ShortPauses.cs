namespace Telemetry.SoftSwitch.Service;

/// <summary>
/// Collects young objects early while tables are written in real time. Without a second collector thread, which costs
/// writes a fifth, .NET lets 200 MB gather before it stops everything: at 300,000 updates a second a hundred milliseconds,
/// in which a packet socket's ring of 4 MiB overflows (bench write, traffic-veth-lost). Collected every few megabytes,
/// each stop takes a millisecond or two, and the stops together no longer.
/// </summary>
internal sealed class ShortPauses
{
    private const long BytesBetween = 8 * 1024 * 1024;
    private long _next = GC.GetTotalAllocatedBytes() + BytesBetween;
    private int _collections = GC.CollectionCount(0);

    /// <summary>Collects when enough has gathered since the last collection, whoever asked for that. Any thread.</summary>
    public void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        if (allocated < Volatile.Read(ref _next))
        {
            return;
        }

        int collections = GC.CollectionCount(0);
        if (Interlocked.Exchange(ref _collections, collections) == collections)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            Volatile.Write(ref _collections, GC.CollectionCount(0));
        }

        Volatile.Write(ref _next, allocated + BytesBetween);
    }
}
