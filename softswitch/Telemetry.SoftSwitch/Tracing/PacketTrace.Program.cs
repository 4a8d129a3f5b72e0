using System.Globalization;
using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>What the program does with the packet.</summary>
internal sealed partial class PacketTrace
{
    public void State(string name) => Debug($"parser: state {name}");

    public void Extracted(string header, int bytes, int at) => Debug($"parser: extract {header}, {bytes} bytes at {at}");

    public void Advanced(int bytes) => Debug($"parser: advance {bytes} bytes");

    public void Verified(bool holds) => Debug($"parser: verify is {Shown(holds)}");

    /// <summary>Where a state leads; <paramref name="next"/> is null for accept.</summary>
    public void Transition(StateDef state, BigInteger[] keys, string? next) => Debug(
        $"parser: state {state.Name}{(keys.Length == 0 ? "" : ", key " + string.Join(' ', keys.Select((key, i) => TraceText.Hex(key, state.Keys[i].Width))))}, next {next ?? "accept"}");

    public void Parsed(int bytes) => Debug($"parser: end, {bytes} bytes parsed");

    public void ParserError(ProgramModel model, int code, int at) => Write(TraceLevel.Error, $"parser: error {ErrorName(model, code)} at byte {at}");

    public void ChecksumSkipped(ChecksumDef checksum, string why)
    {
        if (HasFields)
        {
            Field($"checksum {checksum.Name} skipped: {why}");
        }
    }

    public void ChecksumVerified(ChecksumDef checksum, BigInteger computed, BigInteger actual)
    {
        int width = checksum.Target.Field.Width;
        Write(
            computed == actual ? TraceLevel.Debug : TraceLevel.Error,
            $"checksum {checksum.Name}: {(computed == actual ? "correct" : "wrong")}, computed {TraceText.Hex(computed, width)}, packet has {TraceText.Hex(actual, width)}");
    }

    public void ChecksumUpdated(ChecksumDef checksum, BigInteger computed) =>
        Debug($"checksum {checksum.Name}: updated to {TraceText.Hex(computed, checksum.Target.Field.Width)}");

    public void PipelineStart(string name) => Debug($"{name}: start");

    public void PipelineEnd(string name, bool exit) => Debug($"{name}: end{(exit ? ", the program left it early" : "")}");

    public void Condition(ConditionalDef condition, bool holds)
    {
        if (HasFields)
        {
            Field($"{At(_tracer.Sources.OfNode(condition.Name))}condition {condition.Name} is {Shown(holds)}");
        }
    }

    public void Table(TableDef table, SwitchState state, TableEntry entry)
    {
        if (HasFields)
        {
            Field($"{At(_tracer.Sources.OfNode(table.Name))}table {table.Name}: apply");
        }

        if (table.Keys.Count == 0)
        {
            return; // nothing to match: it runs its default action, as the one that follows shows
        }

        Debug($"table {table.Name}: key {TraceText.Key(table, state.Key)}");
        Debug(entry.IsDefault ? $"table {table.Name}: miss" : string.Create(
            CultureInfo.InvariantCulture,
            $"table {table.Name}: hit, entry {entry.Order} ({TraceText.Match(table, entry)}){(state.Tables[table.Index].HasPriorities ? $", priority {entry.Priority}" : "")}"));
        if (entry.Member is ActionMember member)
        {
            Debug($"table {table.Name}: member {member.Id}");
        }
    }

    /// <summary>What a selector chose; <paramref name="member"/> is null when no member takes part.</summary>
    public void Chosen(TableDef table, ActionGroup group, ulong hash, ActionMember? member) =>
        Debug($"table {table.Name}: group {group.Id}, hash {TraceText.Hex(hash, 64)} of {group.LiveShares} shares, {(member is null ? "no member takes part" : $"member {member.Id}")}");

    public void Action(ActionCall call) => Debug($"action {TraceText.Call(call)}");

    public void Step(ActionDef action, int primitive)
    {
        if (HasFields && _tracer.Sources.OfStep(action.Index, primitive) is string place)
        {
            Field(place);
        }
    }

    public void Jumped(bool holds, int target)
    {
        if (HasFields)
        {
            Field(holds ? "condition is true" : $"condition is false, to step {target}");
        }
    }

    public void Assigned(string field, BigInteger value, int width)
    {
        if (HasFields)
        {
            Field($"{field} = {TraceText.Hex(value, width)}");
        }
    }

    public void Header(string header, string what)
    {
        if (HasFields)
        {
            Field($"header {header}: {what}");
        }
    }

    public void Cell(string kind, string name, ulong index, int size, string what)
    {
        if (HasFields)
        {
            Field($"{kind} {name}[{index}]: {(index < (ulong)size ? what : $"no effect, it has {size} cells")}");
        }
    }

    public void Request(string what)
    {
        if (HasFields)
        {
            Field(what);
        }
    }

    public void Emitted(Header header, int bytes) => Debug($"deparser: emit {header.Name}, {bytes} bytes");

    public void Deparsed(int headerBytes, int payloadBytes) => Debug($"deparser: end, {headerBytes} bytes of headers, {payloadBytes} of payload");

    public void LoopLimit(string where) => Write(TraceLevel.Error, $"{where}: too many backward jumps, ended");

    private static string At(string? place) => place is null ? "" : place + ": ";

    private static string Shown(bool value) => value ? "true" : "false";
}
