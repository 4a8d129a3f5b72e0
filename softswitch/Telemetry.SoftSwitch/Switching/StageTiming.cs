namespace Telemetry.SoftSwitch.Switching;

/// <summary>Packets that ran through a stage, and the nanoseconds that they took in all.</summary>
public readonly record struct StageTiming(long Packets, long TotalNs);
