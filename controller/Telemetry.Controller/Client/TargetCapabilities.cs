using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.P4Runtime.Schema;

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

    /// <summary>Values of types that p4runtime_translation makes strings.</summary>
    public bool Translates { get; init; } = true;

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

    /// <summary>
    /// Tables whose entries the program begins with can be read. Otherwise such a table's read fails, and so does a
    /// read of all tables.
    /// </summary>
    public bool ListsInitialEntries { get; init; } = true;

    /// <summary>
    /// The watch ports of a group can be read back. simple_switch_grpc answers with the last member's for all of them.
    /// </summary>
    public bool ReadsWatchPorts { get; init; } = true;

    /// <summary>
    /// A watched port that has been up since the start counts as up. simple_switch_grpc takes it for down until it sees it
    /// change, and ends with a division by zero at the first packet for a group whose members all watch such ports; the
    /// controller leaves ports unwatched there.
    /// </summary>
    public bool KnowsWatchedPorts { get; init; } = true;

    /// <summary>Largest request that it takes, in bytes.</summary>
    public int MaximumRequestBytes { get; init; } = 64 << 20;

    /// <summary>The embedded switch.</summary>
    public static TargetCapabilities Embedded { get; } = new() { Name = "embedded", Externs = false };

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
        Translates = false,
        ListsInitialEntries = false,
        ReadsWatchPorts = false,
        KnowsWatchedPorts = false,
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

    /// <summary>What it has of this kind can be read back.</summary>
    public bool Lists(P4Entry entry) => entry.Entity.EntityCase switch
    {
        Entity.EntityOneofCase.PacketReplicationEngineEntry => ListsReplication,
        Entity.EntityOneofCase.TableEntry => ListsInitialEntries
            || !(entry.Program.Tables.TryGet(entry.Entity.TableEntry.TableId, out TableInfo? table) && table.Source.HasInitialEntries),
        _ => true,
    };

    /// <summary>Why it cannot take an update; null where it can.</summary>
    public string? Refusal(P4Update update)
    {
        Entity entity = update.Entry.Entity;
        string? lacking = entity.EntityCase switch
        {
            Entity.EntityOneofCase.TableEntry when !Translates => TranslationRefusal(entity.TableEntry, update.Entry.Program),
            Entity.EntityOneofCase.ActionProfileMember when !Translates => TranslationRefusal(entity.ActionProfileMember.Action, update.Entry.Program),
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

    /// <summary>Names the first value of an entry that would be a string.</summary>
    private static string? TranslationRefusal(TableEntry entry, P4InfoIndex program)
    {
        if (!program.HasTranslatedStrings || !program.Tables.TryGet(entry.TableId, out TableInfo? table))
        {
            return null;
        }

        foreach (FieldMatch match in entry.Match)
        {
            if (table.MatchFields.TryGet(match.FieldId, out MatchFieldInfo? field) && field.Width == 0)
            {
                return $"has no translated strings: key {field.Name} of table {table.Name} is one (p4runtime_translation)";
            }
        }

        return TranslationRefusal(entry.Action?.Action, program);
    }

    private static string? TranslationRefusal(P4.V1.Action? call, P4InfoIndex program) =>
        call is not null && program.Actions.TryGet(call.ActionId, out ActionInfo? action) && action.Parameters.FirstOrDefault(p => p.Width == 0) is { } parameter
            ? $"has no translated strings: parameter {parameter.Name} of action {action.Name} is one (p4runtime_translation)"
            : null;

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
