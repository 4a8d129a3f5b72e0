namespace Telemetry.SoftSwitch.Ports;

/// <summary>
/// Sees the queues themselves, on the loop's thread: the lab's ground truth. It is told facts that no P4 program
/// computed, so that what INT says can be held against it.
/// </summary>
public interface ISwitchObserver
{
    /// <summary>A port that is up received a frame.</summary>
    void OnReceive(int port, ReadOnlySpan<byte> frame, long nowNs)
    {
    }

    /// <summary>A packet was put into a queue; <paramref name="depth"/> counts the packets waiting, this one included.</summary>
    void OnEnqueued(int port, int queue, int depth, long nowNs);

    /// <summary>
    /// A packet left a queue for the egress pipeline; <paramref name="depth"/> counts those that still wait,
    /// <paramref name="ingressNs"/> is when the switch received it.
    /// </summary>
    void OnDequeued(int port, int queue, int depth, long ingressNs, long enqueuedNs, long nowNs);

    /// <summary>A packet found its queue full and is gone.</summary>
    void OnTailDrop(int port, int queue, long nowNs);

    /// <summary>A frame starts on the wire.</summary>
    void OnTransmit(int port, ReadOnlySpan<byte> frame, long ingressNs, long nowNs);
}
