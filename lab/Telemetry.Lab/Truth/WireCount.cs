namespace Telemetry.Lab.Truth;

/// <summary>What the switches' interfaces at the edge saw of one direction of a flow, in Mininet.</summary>
public sealed class WireCount
{
    private ushort _newest;
    private long _span;

    /// <summary>Packets that came into a first switch.</summary>
    public long Entered { get; internal set; }

    /// <summary>Packets that left their last switch.</summary>
    public long Left { get; private set; }

    /// <summary>
    /// Packets lost between the first and the newest that left, by the sender's numbers: what a sink can know of loss. What
    /// is lost before the one or after the other leaves no gap there.
    /// </summary>
    public long Gaps => Math.Max(0, _span - Left);

    /// <summary>A packet has left its last switch.</summary>
    /// <param name="identification">IPv4 identification, which counts up by one a packet of the flow.</param>
    /// <returns>False when one that was sent after it has left before.</returns>
    internal bool OnLeft(ushort identification)
    {
        int ahead = Left == 0 ? 1 : (short)(identification - _newest);
        Left++;
        if (ahead > 0)
        {
            _newest = identification;
            _span += ahead;
        }

        return ahead > 0;
    }
}
