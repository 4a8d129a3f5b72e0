namespace Telemetry.Lab.Traffic;

/// <summary>One flow of a scenario.</summary>
/// <param name="Source">Host name.</param>
/// <param name="Destination">Another host's name.</param>
/// <param name="Pattern">How it sends.</param>
/// <param name="StartNs">Nanoseconds of loop time.</param>
/// <param name="StopNs">From here on it sends nothing new; after <paramref name="StartNs"/>.</param>
/// <param name="FrameBytes">Largest frame, 80..1400: the room up to 1,514 is what INT needs.</param>
public sealed record FlowPlan(
    string Source, string Destination, TrafficPattern Pattern, long StartNs, long StopNs, int FrameBytes)
{
    /// <summary>Smallest frame: headers and the 16 bytes that the receiver's bookkeeping needs.</summary>
    public const int MinFrameBytes = 80;

    /// <summary>Largest frame.</summary>
    public const int MaxFrameBytes = 1400;
}
