using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>What a match (or a miss, for the default entry) runs: an action, a member of a profile, or one of a group's members.</summary>
internal sealed class TableEntry
{
    /// <summary>The entry's own action; does nothing where a member or a group is bound.</summary>
    public volatile ActionCall Call = ActionCall.None;

    public ActionMember? Member;
    public ActionGroup? Group;

    /// <summary>True for what a miss runs.</summary>
    public bool IsDefault;

    /// <summary>Match values, one for each key of the table.</summary>
    public MatchValue[] Match = [];

    /// <summary>Higher wins; 0 where the table has no priorities.</summary>
    public int Priority;

    /// <summary>The match's values as words, those of ranges being 0. <see cref="KeyLayout"/> sets this and what follows.</summary>
    public ulong[] Key = [];

    /// <summary>Bits of <see cref="Key"/> that count, where they differ between entries; entries of a table share equal ones.</summary>
    public ulong[]? Mask;

    /// <summary>Length of the prefix in a table with one.</summary>
    public int PrefixLength;

    /// <summary>Bounds of the range keys.</summary>
    public EntryRange[] Ranges = [];

    /// <summary>What decides between entries that match: the priority, or the prefix length in a table without priorities.</summary>
    public long Rank;

    /// <summary>Neighbours in the table's order of insertion; the table's own.</summary>
    public TableEntry? Next;
    public TableEntry? Previous;

    /// <summary>The best of those with the same key and mask that this entry beats; the index's own.</summary>
    public TableEntry? Lower;

    /// <summary>Order of insertion: the older wins among equal priorities.</summary>
    public long Order;

    /// <summary>True for entries written in the program.</summary>
    public bool IsConst;

    /// <summary>What a controller attached to the entry.</summary>
    public byte[] Metadata = [];
    public ulong ControllerMetadata;

    /// <summary>How long the entry may go without a hit before the controller is told, nanoseconds; 0 for ever.</summary>
    public long IdleTimeoutNs;

    /// <summary>When a packet last hit the entry, or when it was inserted; kept only where the table supports idle timeouts.</summary>
    public long LastHitNs;

    public long Packets;
    public long Bytes;

    /// <summary>The entry's own meter; the default entry has one only while it has rates, since BMv2 does not meter a miss.</summary>
    public Execution.Meter? Meter;

    /// <summary>True while in a table: then members and groups count the reference.</summary>
    public bool IsInTable { get; private set; }

    public ActionDef? Action => Resolve().Action;

    public ulong[] Data => Resolve().Data;

    public void SetAction(ActionDef? action, ulong[] data) => Bind(new ActionCall(action, data), null, null);

    public void SetAction(ActionCall call) => Bind(call, null, null);

    public void SetMember(ActionMember member) => Bind(ActionCall.None, member, null);

    public void SetGroup(ActionGroup group) => Bind(ActionCall.None, null, group);

    /// <summary>Sets the rates of the entry's own meter; null for none.</summary>
    public void SetRates(Execution.MeterRates? rates, bool inBytes, long nowNs)
    {
        if (IsDefault && rates is null)
        {
            Meter = null;
            return;
        }

        Meter ??= new Execution.Meter(inBytes);
        Meter.Configure(rates, nowNs);
    }

    /// <summary>True when this entry wins where both match: the higher rank, the older among equals.</summary>
    public bool Beats(TableEntry other) => Rank != other.Rank ? Rank > other.Rank : Order < other.Order;

    /// <summary>The action of an entry without group.</summary>
    public ActionCall Resolve() => Member is null ? Call : Member.Call;

    public void EnterTable()
    {
        IsInTable = true;
        Refer(1);
    }

    public void LeaveTable()
    {
        IsInTable = false;
        Refer(-1);
    }

    private void Bind(ActionCall call, ActionMember? member, ActionGroup? group)
    {
        if (IsInTable)
        {
            Refer(-1);
        }

        Call = call;
        Member = member;
        Group = group;
        if (IsInTable)
        {
            Refer(1);
        }
    }

    private void Refer(int change)
    {
        if (Member is not null)
        {
            Member.References += change;
        }

        if (Group is not null)
        {
            Group.References += change;
        }
    }
}
