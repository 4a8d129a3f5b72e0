using P4.V1;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Client;

/// <summary>What a read asks for, by name; without a name every object of the kind.</summary>
public static class EntityFilter
{
    /// <summary>Entries of a table.</summary>
    /// <exception cref="P4InfoException">The program has no such table.</exception>
    public static Entity Table(P4InfoIndex program, string? table = null, bool counters = false)
    {
        TableEntry entry = new() { TableId = table is null ? 0 : program.Tables.Get(table).Id };
        if (counters)
        {
            entry.CounterData = new CounterData();
        }

        return new Entity { TableEntry = entry };
    }

    /// <summary>Members of an action profile.</summary>
    /// <exception cref="P4InfoException">The program has no such profile.</exception>
    public static Entity Members(P4InfoIndex program, string? profile = null, uint member = 0) =>
        new() { ActionProfileMember = new ActionProfileMember { ActionProfileId = profile is null ? 0 : program.ActionProfiles.Get(profile).Id, MemberId = member } };

    /// <summary>Groups of an action selector.</summary>
    /// <exception cref="P4InfoException">The program has no such profile.</exception>
    public static Entity Groups(P4InfoIndex program, string? profile = null, uint group = 0) =>
        new() { ActionProfileGroup = new ActionProfileGroup { ActionProfileId = profile is null ? 0 : program.ActionProfiles.Get(profile).Id, GroupId = group } };

    /// <summary>Cells of an indirect counter.</summary>
    /// <exception cref="P4InfoException">The program has no such counter.</exception>
    public static Entity Counter(P4InfoIndex program, string? counter = null, long? cell = null) =>
        new() { CounterEntry = new CounterEntry { CounterId = counter is null ? 0 : program.Counters.Get(counter).Id, Index = Cell(cell) } };

    /// <summary>Direct counters of a table's entries.</summary>
    /// <exception cref="P4InfoException">The program has no such table.</exception>
    public static Entity DirectCounters(P4InfoIndex program, string? table = null) =>
        new() { DirectCounterEntry = new DirectCounterEntry { TableEntry = Table(program, table).TableEntry } };

    /// <summary>Cells of an indirect meter.</summary>
    /// <exception cref="P4InfoException">The program has no such meter.</exception>
    public static Entity Meter(P4InfoIndex program, string? meter = null, long? cell = null) =>
        new() { MeterEntry = new MeterEntry { MeterId = meter is null ? 0 : program.Meters.Get(meter).Id, Index = Cell(cell) } };

    /// <summary>Direct meters of a table's entries.</summary>
    /// <exception cref="P4InfoException">The program has no such table.</exception>
    public static Entity DirectMeters(P4InfoIndex program, string? table = null) =>
        new() { DirectMeterEntry = new DirectMeterEntry { TableEntry = Table(program, table).TableEntry } };

    /// <summary>Cells of a register.</summary>
    /// <exception cref="P4InfoException">The program has no such register.</exception>
    public static Entity Register(P4InfoIndex program, string? register = null, long? cell = null) =>
        new() { RegisterEntry = new RegisterEntry { RegisterId = register is null ? 0 : program.Registers.Get(register).Id, Index = Cell(cell) } };

    /// <summary>Settings of a digest.</summary>
    /// <exception cref="P4InfoException">The program has no such digest.</exception>
    public static Entity Digest(P4InfoIndex program, string? digest = null) =>
        new() { DigestEntry = new DigestEntry { DigestId = digest is null ? 0 : program.Digests.Get(digest).Id } };

    /// <summary>Members of a value set.</summary>
    /// <exception cref="P4InfoException">The program has no such value set.</exception>
    public static Entity ValueSet(P4InfoIndex program, string? set = null) =>
        new() { ValueSetEntry = new ValueSetEntry { ValueSetId = set is null ? 0 : program.ValueSets.Get(set).Id } };

    /// <summary>Entries of an extern.</summary>
    /// <exception cref="P4InfoException">The program has no such extern.</exception>
    public static Entity Extern(P4InfoIndex program, string name)
    {
        ExternInfo info = program.Externs.Get(name);
        return new Entity { ExternEntry = new ExternEntry { ExternTypeId = info.TypeId, ExternId = info.Id } };
    }

    /// <summary>Clone sessions.</summary>
    public static Entity CloneSessions(uint session = 0) =>
        new() { PacketReplicationEngineEntry = new() { CloneSessionEntry = new CloneSessionEntry { SessionId = session } } };

    /// <summary>Multicast groups.</summary>
    public static Entity MulticastGroups(uint group = 0) =>
        new() { PacketReplicationEngineEntry = new() { MulticastGroupEntry = new MulticastGroupEntry { MulticastGroupId = group } } };

    private static P4.V1.Index? Cell(long? cell) => cell is { } number ? new P4.V1.Index { Index_ = number } : null;
}
