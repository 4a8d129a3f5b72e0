namespace Telemetry.Lab.Truth;

/// <summary>Something that really happened in the fabric.</summary>
/// <param name="Kind">As alerts have it: <c>congestion</c>, <c>linkdown</c>, <c>loss</c>, <c>udpflood</c>, <c>synflood</c>, <c>qos</c>, <c>silent</c>.</param>
/// <param name="Entity"><c>s1-p3</c>, <c>s1-s2</c>, <c>h1>h4</c> or a device's name.</param>
/// <param name="StartNs">Loop time.</param>
/// <param name="EndNs">Loop time; null when it lasted until the end of the run.</param>
public sealed record TruthEpisode(string Kind, string Entity, long StartNs, long? EndNs);
