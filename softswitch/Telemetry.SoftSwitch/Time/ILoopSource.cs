namespace Telemetry.SoftSwitch.Time;

/// <summary>Input from outside that a loop serves in real time on its own thread, between events: a packet socket.</summary>
internal interface ILoopSource
{
    /// <summary>File descriptor that is readable while input waits; negative while there is none to wait for.</summary>
    int Descriptor { get; }

    /// <summary>When the oldest input that waits arrived, loop's time; <see cref="long.MaxValue"/> when none waits. Loop's thread.</summary>
    long OldestNs();

    /// <summary>Takes a bounded amount of the input that waits, up to what arrived at <paramref name="untilNs"/>; false when there was none. Loop's thread.</summary>
    bool Poll(long untilNs);

    /// <summary>Takes note that the descriptor failed, and clears that: else waiting for it would end at once, for ever. Loop's thread.</summary>
    void ClearFault();

    /// <summary>Sends what was gathered since the last call. Called once after <see cref="EventLoop.FlushLater"/>, while the loop's thread waits.</summary>
    void Flush();
}
