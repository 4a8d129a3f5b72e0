namespace Telemetry.Controller.Entries;

/// <summary>Rates and bursts of a meter, in bytes or packets (a second) as the program has it.</summary>
/// <param name="CommittedRate">cir.</param>
/// <param name="CommittedBurst">cburst.</param>
/// <param name="PeakRate">pir.</param>
/// <param name="PeakBurst">pburst.</param>
/// <param name="ExcessBurst">eburst, of single-rate meters.</param>
public sealed record MeterRates(long CommittedRate, long CommittedBurst, long PeakRate, long PeakBurst, long ExcessBurst = 0);
