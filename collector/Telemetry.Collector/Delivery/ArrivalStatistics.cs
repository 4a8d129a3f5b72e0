namespace Telemetry.Collector.Delivery;

/// <summary>What a tier counted on arrival of batches.</summary>
/// <param name="Missing">Batches that senders gave up: gaps in their sequences.</param>
/// <param name="Repeats">Batches ignored because they were here before.</param>
/// <param name="Refused">Batches refused: malformed, or of an older incarnation.</param>
/// <param name="Waiting">Number of batches that wait for other senders now.</param>
/// <param name="MalformedDistributions">Distributions that were no multiset and were left out.</param>
/// <param name="Accepted">Batches taken.</param>
public readonly record struct ArrivalStatistics(long Missing, long Repeats, long Refused, int Waiting, long MalformedDistributions, long Accepted);
