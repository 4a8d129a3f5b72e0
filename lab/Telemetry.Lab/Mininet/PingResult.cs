namespace Telemetry.Lab.Mininet;

/// <summary>What ping counted between two hosts.</summary>
public sealed record PingResult(string Src, string Dst, int Sent, int Received);
