using System.Text.Json;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Programs.Reading;

internal sealed partial class ProgramReader
{
    private readonly Dictionary<int, ActionDef> _actions = [];

    private void ReadActions()
    {
        foreach (JsonElement item in Items(_root, "actions"))
        {
            string name = NameOf(item);
            Guard($"action {name}", () =>
            {
                List<ParamDef> parameters = [];
                int slot = 0;
                foreach (JsonElement parameter in Items(item, "runtime_data"))
                {
                    string parameterName = NameOf(parameter);
                    int width = CheckWidth($"action {name}", $"parameter {parameterName}", parameter.GetProperty("bitwidth").GetInt32());
                    parameters.Add(new ParamDef(parameterName, width, slot));
                    slot += parameters[^1].Words;
                }

                List<Primitive> steps = [];
                List<JsonElement> primitives = [.. Items(item, "primitives")];
                for (int i = 0; i < primitives.Count; i++)
                {
                    JsonElement primitive = primitives[i];
                    string place = Place($"action {name}, primitive {i} ({Text(primitive, "op")})", primitive);
                    Guard(place, () =>
                    {
                        Primitive? step = ReadPrimitive(primitive, new Scope(place, parameters));
                        if (step is JumpStep jump && (jump.Target < 0 || jump.Target > primitives.Count))
                        {
                            Fault(place, $"jumps to primitive {jump.Target} of {primitives.Count}");
                        }

                        steps.Add(step ?? new NoStep());
                    });
                }

                int id = item.GetProperty("id").GetInt32();
                AddOnce(_actions, id, new ActionDef(_actions.Count, id, name, parameters, steps), $"action {name}, id");
            });
        }
    }

    private Primitive? ReadPrimitive(JsonElement item, Scope scope)
    {
        string op = item.GetProperty("op").Required();
        JsonElement[] args = [.. Items(item, "parameters")];
        Expr Value(int i) => ReadExpr(args[i], scope);
        switch (op)
        {
            case "assign" or "modify_field":
                return WithTarget(args[0], scope, target => new AssignStep(target, Value(1)));
            case "assign_VL":
                return ReadExpr(args[1], scope) is FieldExpr { Field.IsVarbit: true } source
                    ? WithVarbit(args[0], scope, target => new AssignVarbitStep(target, source))
                    : Refuse(scope, "the source is no varbit field");
            case "add_to_field":
                return WithTarget(args[0], scope, target => new AssignStep(target, new BinaryExpr(Op.Add, target, Value(1))));
            case "subtract_from_field":
                return WithTarget(args[0], scope, target => new AssignStep(target, new BinaryExpr(Op.Subtract, target, Value(1))));
            case "add" or "subtract" or "bit_xor" or "bit_or" or "bit_and" or "shift_left" or "shift_right":
                Op binary = op switch
                {
                    "add" => Op.Add, "subtract" => Op.Subtract, "bit_xor" => Op.BitXor, "bit_or" => Op.BitOr,
                    "bit_and" => Op.BitAnd, "shift_left" => Op.ShiftLeft, _ => Op.ShiftRight,
                };
                return WithTarget(args[0], scope, target => new AssignStep(target, new BinaryExpr(binary, Value(1), Value(2))));
            case "assign_header" or "copy_header":
                return ReadAssignHeader(args, scope);
            case "assign_union":
                return ReadUnionRef(args[0], scope) is UnionRef intoUnion && ReadUnionRef(args[1], scope) is UnionRef fromUnion
                    ? intoUnion.Members.Select(m => m.Type).SequenceEqual(fromUnion.Members.Select(m => m.Type))
                        ? new AssignUnionStep(intoUnion, fromUnion)
                        : Refuse(scope, "the header unions differ in type")
                    : null;
            case "assign_header_stack" or "assign_union_stack":
                return FindStack(scope.Place, args[0]) is StackDef to && FindStack(scope.Place, args[1]) is StackDef from
                    ? to.Count == from.Count && to.FirstMember(0).Type == from.FirstMember(0).Type && to.Stride == from.Stride
                        ? new AssignStackStep(to, from)
                        : Refuse(scope, $"stacks {to.Name} and {from.Name} differ in type or size")
                    : null;
            case "add_header" or "add_header_fast":
                return ReadHeaderRef(args[0], scope) is HeaderRef added ? new AddHeaderStep(added, op == "add_header_fast") : null;
            case "remove_header":
                return ReadHeaderRef(args[0], scope) is HeaderRef removed ? new RemoveHeaderStep(removed) : null;
            case "push" or "pop":
                return FindStack(scope.Place, args[0]) is not StackDef stack ? null
                    : op == "push" ? new PushStep(stack, Value(1)) : new PopStep(stack, Value(1));
            case "exit":
                return new ExitStep();
            case "_jump":
                return new JumpStep(null, JumpTarget(args[0], scope));
            case "_jump_if_zero":
                return new JumpStep(Value(0), JumpTarget(args[1], scope));
            case "mark_to_drop" or "drop":
                return new DropStep();
            case "no_op":
                return new NoStep();
            case "modify_field_with_hash_based_offset":
                return ReadHash(args, scope);
            case "modify_field_rng_uniform":
                return WithTarget(args[0], scope, target => new RandomStep(target, Value(1), Value(2)));
            case "register_read":
                return FindArray(_registers, "register_array", args[1], scope) is RegisterDef read
                    ? WithTarget(args[0], scope, target => new RegisterReadStep(target, read, Value(2)))
                    : null;
            case "register_write":
                return FindArray(_registers, "register_array", args[0], scope) is RegisterDef written
                    ? new RegisterWriteStep(written, Value(1), Value(2))
                    : null;
            case "count":
                return FindArray(_counters, "counter_array", args[0], scope) is CounterDef counter ? new CountStep(counter, Value(1)) : null;
            case "execute_meter":
                return FindArray(_meters, "meter_array", args[0], scope) is MeterDef meter
                    ? WithTarget(args[2], scope, target => new MeterStep(meter, Value(1), target))
                    : null;
            case "clone_ingress_pkt_to_egress" or "clone_egress_pkt_to_egress":
                return new CloneStep(Value(0), args.Length > 1 ? Value(1) : Zero);
            case "resubmit":
                return new ResubmitStep(Value(0));
            case "recirculate":
                return new RecirculateStep(Value(0));
            case "generate_digest":
                return new DigestStep(Value(1));
            case "truncate":
                return new TruncateStep(Value(0));
            case "assert" or "assume":
                return new AssertStep(Value(0), $"{op} failed: {scope.Place}");
            case "log_msg":
                return new LogStep(args[0].GetProperty("value").Required(), [.. Items(args[1], "value").Select(v => ReadExpr(v, scope))]);
            default:
                return Refuse(scope, $"primitive {op} is not supported by this switch");
        }
    }

    private static int JumpTarget(JsonElement arg, Scope scope) =>
        arg.GetProperty("value") is { ValueKind: JsonValueKind.String } text
            ? (int)Hex(text.Required())
            : throw new FormatException($"the jump's target in {scope.Place} is not a constant");

    private NoStep Refuse(Scope scope, string what)
    {
        Fault(scope.Place, what);
        return new NoStep();
    }

    private Primitive? WithTarget(JsonElement arg, Scope scope, Func<FieldExpr, Primitive> make)
    {
        if (ReadExpr(arg, scope) is not FieldExpr target)
        {
            return Refuse(scope, "the target is no field");
        }

        return target.Field.IsVarbit ? Refuse(scope, $"the target {target.Field.Name} is a varbit field") : make(target);
    }

    private Primitive? WithVarbit(JsonElement arg, Scope scope, Func<FieldExpr, Primitive> make) =>
        ReadExpr(arg, scope) is FieldExpr { Field.IsVarbit: true } target ? make(target) : Refuse(scope, "the target is no varbit field");

    private Primitive? ReadAssignHeader(JsonElement[] args, Scope scope)
    {
        HeaderRef? target = ReadHeaderRef(args[0], scope);
        HeaderRef? source = ReadHeaderRef(args[1], scope);
        if (target is null || source is null)
        {
            return null;
        }

        return target.Type.Slots == source.Type.Slots
            ? new AssignHeaderStep(target, source)
            : Refuse(scope, $"headers of types {target.Type.Name} and {source.Type.Name} differ");
    }

    private Primitive? ReadHash(JsonElement[] args, Scope scope)
    {
        string name = args[2].GetProperty("value").ToString();
        if (!_calculations.TryGetValue(name, out CalculationDef? calculation))
        {
            return Refuse(scope, $"unknown calculation {name}");
        }

        return WithTarget(args[0], scope, target => new HashStep(target, ReadExpr(args[1], scope), calculation, ReadExpr(args[3], scope)));
    }

    private T? FindArray<T>(Dictionary<string, T> arrays, string kind, JsonElement arg, Scope scope)
        where T : class
    {
        string name = arg.GetProperty("value").ToString();
        if (arg.GetProperty("type").GetString() == kind && arrays.TryGetValue(name, out T? found))
        {
            return found;
        }

        Fault(scope.Place, $"unknown {kind.Replace('_', ' ')} {name}");
        return null;
    }
}
