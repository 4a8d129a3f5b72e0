namespace Telemetry.P4Runtime.Schema;

/// <summary>What a P4 program names and numbers.</summary>
public interface INamedObject
{
    uint Id { get; }

    /// <summary>Fully qualified.</summary>
    string Name { get; }

    /// <summary>Shortest suffix that p4c found unambiguous; empty where there is none.</summary>
    string Alias { get; }
}
