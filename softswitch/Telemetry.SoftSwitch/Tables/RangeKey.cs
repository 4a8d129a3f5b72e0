namespace Telemetry.SoftSwitch.Tables;

/// <summary>A range key of a table: its place among the keys, its first word in the look-up key and how many words it has.</summary>
internal readonly record struct RangeKey(int Key, int Slot, int Words);
