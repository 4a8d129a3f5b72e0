using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>An action with its data, bound to a match (or the default of a table).</summary>
internal sealed class TableEntry
{
    /// <summary>Index of the action in the program; -1 does nothing. Compiled code switches on it.</summary>
    public int ActionIndex = -1;

    /// <summary>Words of the action's parameters.</summary>
    public ulong[] Data = [];

    public ActionDef? Action;

    /// <summary>True for what a miss runs.</summary>
    public bool IsDefault;

    /// <summary>Match values, one for each key of the table.</summary>
    public MatchValue[] Match = [];

    /// <summary>Higher wins; 0 where the table has no priorities.</summary>
    public int Priority;

    /// <summary>Order of insertion: the older wins among equal priorities.</summary>
    public long Order;

    /// <summary>True for entries written in the program.</summary>
    public bool IsConst;

    /// <summary>What a controller attached to the entry.</summary>
    public byte[] Metadata = [];
    public ulong ControllerMetadata;

    public long Packets;
    public long Bytes;
    public Execution.Meter? Meter;

    public void SetAction(ActionDef? action, ulong[] data)
    {
        Action = action;
        ActionIndex = action?.Index ?? -1;
        Data = data;
    }
}
