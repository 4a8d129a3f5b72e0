namespace Telemetry.SoftSwitch.Execution;

/// <summary>Rates in units a second and bursts in units, a unit being a byte or a packet.</summary>
/// <param name="Cir">Committed rate.</param>
/// <param name="Cburst">Committed burst.</param>
/// <param name="Pir">Peak rate.</param>
/// <param name="Pburst">Peak burst.</param>
/// <param name="Eburst">Excess burst, of a meter of one rate.</param>
/// <param name="IsSingleRate">True for one rate and three colours (RFC 2697), false for two rates (RFC 2698).</param>
internal sealed record MeterRates(long Cir, long Cburst, long Pir, long Pburst, long Eburst = 0, bool IsSingleRate = false);
