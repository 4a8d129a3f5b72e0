using P4.V1;

namespace Telemetry.Controller.Client;

/// <summary>
/// What a target can do beyond what every P4Runtime target can: the one place that says so. Where a target is not
/// known, everything is tried and its own answer counts.
/// </summary>
public sealed record TargetCapabilities
{
    /// <summary>Name in messages.</summary>
    public required string Name { get; init; }

    /// <summary>Registers can be read and written.</summary>
    public bool Registers { get; init; } = true;

    /// <summary>Parser value sets can be read and written.</summary>
    public bool ValueSets { get; init; } = true;

    /// <summary>Externs of other architectures.</summary>
    public bool Externs { get; init; } = true;

    /// <summary>Roles other than the default one.</summary>
    public bool Roles { get; init; } = true;

    /// <summary>Writes are all or nothing where asked for.</summary>
    public bool Atomicity { get; init; } = true;

    /// <summary>A counter or meter can be written without an index: every cell.</summary>
    public bool WildcardCellWrites { get; init; } = true;

    /// <summary>Replicas may name backups.</summary>
    public bool BackupReplicas { get; init; } = true;

    /// <summary>Clone sessions cut packets and choose a queue.</summary>
    public bool CloneOptions { get; init; } = true;

    /// <summary>Clone sessions and multicast groups can be listed.</summary>
    public bool ListsReplication { get; init; } = true;

    /// <summary>
    /// Clone sessions and multicast groups belong to the program: they come and go with it. Otherwise they stay in
    /// the data plane over a change of the program, while the server forgets them.
    /// </summary>
    public bool ReplicationFollowsProgram { get; init; } = true;

    /// <summary>A program can be saved, filled and committed without a gap.</summary>
    public bool Staging { get; init; } = true;

    /// <summary>RECONCILE_AND_COMMIT keeps what the new program still has.</summary>
    public bool Reconciles { get; init; } = true;

    /// <summary>Largest request that it takes, in bytes.</summary>
    public int MaximumRequestBytes { get; init; } = 64 << 20;

    /// <summary>The embedded switch.</summary>
    public static TargetCapabilities Embedded { get; } = new() { Name = "embedded", Externs = false, Reconciles = false };

    /// <summary>simple_switch_grpc: P4Runtime 1.3 as PI serves it.</summary>
    public static TargetCapabilities Bmv2 { get; } = new()
    {
        Name = "bmv2",
        Registers = false,
        ValueSets = false,
        Externs = false,
        Roles = false,
        Atomicity = false,
        WildcardCellWrites = false,
        BackupReplicas = false,
        CloneOptions = false,
        ReplicationFollowsProgram = false,
        Reconciles = false,
        MaximumRequestBytes = 4 << 20,
    };

    /// <summary>A target that nothing is known of.</summary>
    public static TargetCapabilities Unknown { get; } = new() { Name = "this target" };

    /// <summary>The target that answers with this version of the protocol; BMv2 says 1.3.0, the embedded switch 1.5.0.</summary>
    public static TargetCapabilities OfApiVersion(string version) => version switch
    {
        "1.3.0" => Bmv2,
        "1.5.0" => Embedded,
        _ => Unknown,
    };

    /// <summary>Why it cannot take an update; null where it can.</summary>
    public string? Refusal(Update update)
    {
        Entity entity = update.Entity;
        string? lacking = entity.EntityCase switch
        {
            Entity.EntityOneofCase.RegisterEntry when !Registers => "has no registers over P4Runtime",
            Entity.EntityOneofCase.ValueSetEntry when !ValueSets => "has no value sets over P4Runtime",
            Entity.EntityOneofCase.ExternEntry when !Externs => "has no externs over P4Runtime",
            Entity.EntityOneofCase.CounterEntry when !WildcardCellWrites && entity.CounterEntry.Index is null =>
                "writes counters only cell by cell; give an index",
            Entity.EntityOneofCase.MeterEntry when !WildcardCellWrites && entity.MeterEntry.Index is null =>
                "writes meters only cell by cell; give an index",
            Entity.EntityOneofCase.PacketReplicationEngineEntry => Refusal(entity.PacketReplicationEngineEntry),
            _ => null,
        };
        return lacking is null ? null : $"{Name} {lacking}";
    }

    /// <summary>Why it cannot read what a filter asks for; null where it can.</summary>
    public string? ReadRefusal(Entity filter) => filter.EntityCase switch
    {
        Entity.EntityOneofCase.RegisterEntry when !Registers => $"{Name} has no registers over P4Runtime",
        Entity.EntityOneofCase.ValueSetEntry when !ValueSets => $"{Name} has no value sets over P4Runtime",
        Entity.EntityOneofCase.ExternEntry when !Externs => $"{Name} has no externs over P4Runtime",
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;

    private string? Refusal(PacketReplicationEngineEntry entry)
    {
        IEnumerable<Replica> replicas = entry.CloneSessionEntry?.Replicas ?? entry.MulticastGroupEntry?.Replicas ?? [];
        if (!BackupReplicas && replicas.Any(r => r.BackupReplicas.Count > 0))
        {
            return "has no backup replicas";
        }

        return !CloneOptions && entry.CloneSessionEntry is { } clone && (clone.PacketLengthBytes != 0 || clone.ClassOfService != 0)
            ? "neither cuts clones nor chooses their queue"
            : null;
    }
}
