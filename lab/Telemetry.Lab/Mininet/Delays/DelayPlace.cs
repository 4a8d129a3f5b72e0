namespace Telemetry.Lab.Mininet.Delays;

/// <summary>Where frames that leave an interface can be taken aside.</summary>
/// <param name="Process">A process in the sender's network namespace, as numbered where this one runs.</param>
/// <param name="Interface">The sender's interface.</param>
/// <param name="Near">The interface there that frames are handed to instead.</param>
/// <param name="Far">The interface there where they arrive.</param>
public sealed record DelayPlace(int Process, string Interface, string Near, string Far);
