namespace Telemetry.SoftSwitch.Tables;

/// <summary>What finds a table's entries.</summary>
internal enum LookupStrategy
{
    /// <summary>No key: every packet misses.</summary>
    Keyless,

    /// <summary>One hash table.</summary>
    Exact,

    /// <summary>A hash table for each length of the one prefix.</summary>
    Prefix,

    /// <summary>A hash table for each mask.</summary>
    Ternary,

    /// <summary>A hash table for each mask, with ranges sorted out inside.</summary>
    Range,
}
