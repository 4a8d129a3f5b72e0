using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>An action with its data; immutable, so that packets see all of a change or nothing.</summary>
internal sealed class ActionCall(ActionDef? action, ulong[] data)
{
    /// <summary>Does nothing.</summary>
    public static readonly ActionCall None = new(null, []);

    public readonly ActionDef? Action = action;

    /// <summary>Index of the action in the program; -1 does nothing. Compiled code switches on it.</summary>
    public readonly int Index = action?.Index ?? -1;

    /// <summary>Words of the action's parameters, low word first.</summary>
    public readonly ulong[] Data = data;
}
