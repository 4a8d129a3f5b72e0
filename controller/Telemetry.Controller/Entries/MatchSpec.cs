namespace Telemetry.Controller.Entries;

/// <summary>
/// What an entry demands of one key, as text in the notation of the key's kind: <c>5</c> (exact, optional),
/// <c>10.0.1.0/24</c> (lpm), <c>0x1f&amp;&amp;&amp;0xff</c> (ternary), <c>80..443</c> (range).
/// </summary>
/// <param name="Field">Key, as the P4Info names it.</param>
/// <param name="Text">The match.</param>
public readonly record struct MatchSpec(string Field, string Text);
