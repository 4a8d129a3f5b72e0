namespace Telemetry.Lab.Truth;

/// <summary>Something that really happened in the fabric.</summary>
/// <param name="Kind"><c>congestion</c>, <c>linkdown</c>, <c>loss</c> or <c>udpflood</c>.</param>
/// <param name="Entity"><c>s1-p3</c>, <c>s1-s2</c> or <c>h1>h4</c>.</param>
/// <param name="StartNs">Loop time.</param>
/// <param name="EndNs">Loop time; null when it lasted until the end of the run.</param>
public sealed record TruthEpisode(string Kind, string Entity, long StartNs, long? EndNs);
