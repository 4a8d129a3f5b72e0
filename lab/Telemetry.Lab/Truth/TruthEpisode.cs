namespace Telemetry.Lab.Truth;

/// <summary>Something that really happened in the fabric.</summary>
/// <param name="Kind"><c>congestion</c> or <c>linkdown</c>.</param>
/// <param name="Entity"><c>s1-p3</c> or <c>s1-s2</c>.</param>
/// <param name="StartNs">Loop time.</param>
/// <param name="EndNs">Loop time; null when it lasted until the end of the run.</param>
public sealed record TruthEpisode(string Kind, string Entity, long StartNs, long? EndNs);
