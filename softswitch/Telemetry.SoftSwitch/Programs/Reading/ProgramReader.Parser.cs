using System.Numerics;
using System.Text.Json;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Programs.Reading;

internal sealed partial class ProgramReader
{
    private readonly Dictionary<string, int> _errors = [];
    private readonly Dictionary<string, ValueSetDef> _valueSets = [];

    private void ReadErrors()
    {
        foreach (JsonElement error in Items(_root, "errors"))
        {
            Guard("errors", () => _errors[error[0].Required()] = error[1].GetInt32());
        }
    }

    private void ReadValueSets()
    {
        foreach (JsonElement item in Items(_root, "parse_vsets"))
        {
            string name = NameOf(item);
            Guard($"value set {name}", () => AddOnce(
                _valueSets,
                name,
                new ValueSetDef(
                    _valueSets.Count, name, CheckWidth($"value set {name}", "a member", item.GetProperty("compressed_bitwidth").GetInt32()),
                    item.TryGetProperty("max_size", out JsonElement size) ? size.GetInt32() : 0),
                $"value set {name}"));
        }
    }

    private Transition? ReadSetTransition(JsonElement transition, List<KeyPart> keys, string place, int next)
    {
        string name = transition.GetProperty("value").ToString();
        if (!_valueSets.TryGetValue(name, out ValueSetDef? set))
        {
            Unknown(place, "value set", name);
            return null;
        }

        int width = keys.Sum(k => k.Width);
        int[] parts = [.. keys.Select(k => k.Width)];
        if (width != set.Width)
        {
            Fault(place, $"the key is {width} bits wide, the members of value set {name} are {set.Width}");
        }
        else if (set.PartWidths.Count > 0 && !set.PartWidths.SequenceEqual(parts))
        {
            Fault(place, $"value set {name} is used with keys of parts {string.Join('+', set.PartWidths)} and {string.Join('+', parts)} bits");
        }

        set.PartWidths = parts;
        BigInteger? mask = Text(transition, "mask") is string text ? Hex(text) : null;
        return new Transition(null, mask is null ? null : Split(mask.Value, keys), next, set);
    }

    private ParserDef? ReadParser()
    {
        List<JsonElement> parsers = [.. Items(_root, "parsers")];
        if (parsers.Count != 1)
        {
            Fault("parsers", $"{parsers.Count} parsers; v1model has one");
            return null;
        }

        JsonElement parser = parsers[0];
        ParserDef? result = null;
        Guard($"parser {NameOf(parser)}", () =>
        {
            List<JsonElement> states = [.. Items(parser, "parse_states")];
            Dictionary<string, int> indices = [];
            foreach (JsonElement state in states)
            {
                indices[NameOf(state)] = indices.Count;
            }

            List<StateDef> read = [];
            foreach (JsonElement state in states)
            {
                Guard($"parser state {NameOf(state)}", () => read.Add(ReadState(state, indices)));
            }

            string start = parser.GetProperty("init_state").Required();
            result = new ParserDef(read, FindState($"parser {NameOf(parser)}, init_state", start, indices));
        });
        return result;
    }

    private int FindState(string place, string? name, Dictionary<string, int> indices)
    {
        if (name is null)
        {
            return -1;
        }

        if (indices.TryGetValue(name, out int index))
        {
            return index;
        }

        Fault(place, $"unknown parser state {name}");
        return -1;
    }

    private StateDef ReadState(JsonElement state, Dictionary<string, int> indices)
    {
        string place = $"parser state {NameOf(state)}";
        List<ParserOp> ops = [];
        int number = 0;
        foreach (JsonElement op in Items(state, "parser_ops"))
        {
            string opPlace = $"{place}, operation {number++}";
            Guard(opPlace, () =>
            {
                if (ReadParserOp(op, new Scope(opPlace, [], true)) is ParserOp read)
                {
                    ops.Add(read);
                }
            });
        }

        List<KeyPart> keys = [];
        foreach (JsonElement key in Items(state, "transition_key"))
        {
            Scope scope = new($"{place}, transition key {keys.Count}", [], true);
            Expr value = ReadExpr(key, scope);
            int width = value switch
            {
                FieldExpr field when !field.Field.IsVarbit => field.Field.Width,
                LookaheadExpr ahead => ahead.Width,
                _ => 0,
            };
            if (width == 0)
            {
                Fault(scope.Place, "the key is neither a field nor a lookahead");
            }

            keys.Add(new KeyPart(value, width));
        }

        List<Transition> transitions = [];
        foreach (JsonElement transition in Items(state, "transitions"))
        {
            string transitionPlace = $"{place}, transition {transitions.Count}";
            int next = FindState(transitionPlace, Text(transition, "next_state"), indices);
            string type = Text(transition, "type") ?? (Text(transition, "value") is "default" or null ? "default" : "hexstr");
            switch (type)
            {
                case "default":
                    transitions.Add(new Transition(null, null, next));
                    break;
                case "hexstr":
                    BigInteger value = Hex(Text(transition, "value")!);
                    BigInteger? mask = Text(transition, "mask") is string text ? Hex(text) : null;
                    transitions.Add(new Transition(Split(value, keys), mask is null ? null : Split(mask.Value, keys), next));
                    break;
                case "parse_vset":
                    if (ReadSetTransition(transition, keys, transitionPlace, next) is Transition read)
                    {
                        transitions.Add(read);
                    }

                    break;
                default:
                    Fault(transitionPlace, $"transitions by {type} are not supported by this switch");
                    break;
            }
        }

        return new StateDef(NameOf(state), ops, keys, transitions);
    }

    /// <summary>Cuts a concatenation of byte-padded key parts into the parts.</summary>
    private static BigInteger[] Split(BigInteger value, List<KeyPart> keys)
    {
        BigInteger[] parts = new BigInteger[keys.Count];
        for (int i = keys.Count - 1; i >= 0; i--)
        {
            int bits = (keys[i].Width + 7) / 8 * 8;
            parts[i] = value & ((BigInteger.One << bits) - 1);
            value >>= bits;
        }

        return parts;
    }

    private ParserOp? ReadParserOp(JsonElement op, Scope scope)
    {
        string name = op.GetProperty("op").Required();
        JsonElement parameters = op.GetProperty("parameters");
        switch (name)
        {
            case "extract" or "extract_VL":
                return ReadExtract(parameters, name == "extract_VL", scope);
            case "set":
                FieldExpr? target = FindField(scope.Place, parameters[0].GetProperty("value"));
                Expr value = ReadExpr(parameters[1], scope);
                return target is null ? null : new SetOp(target, value);
            case "verify":
                return new VerifyOp(ReadExpr(parameters[0], scope), ReadExpr(parameters[1], scope));
            case "shift":
                return new AdvanceOp(new ConstExpr(parameters[0].ValueKind == JsonValueKind.Number
                    ? parameters[0].GetInt32() * 8
                    : parameters[0].GetProperty("value").GetInt32() * 8));
            case "advance":
                return new AdvanceOp(ReadExpr(parameters[0], scope));
            case "primitive":
                return ReadPrimitive(parameters[0], scope) is Primitive primitive ? new PrimitiveOp(primitive) : null;
            default:
                Unknown(scope.Place, "parser operation", name);
                return null;
        }
    }

    private ExtractOp? ReadExtract(JsonElement parameters, bool variable, Scope scope)
    {
        string kind = parameters[0].GetProperty("type").Required();
        JsonElement named = parameters[0].GetProperty("value");
        string name = kind == "union_stack" ? named[0].Required() : named.ToString();
        Expr? bits = variable ? ReadExpr(parameters[1], scope) : null;
        Header? header = null;
        StackDef? stack = null;
        int member = 0;
        switch (kind)
        {
            case "regular":
                _headers.TryGetValue(name, out header);
                break;
            case "stack":
                stack = _stacks.GetValueOrDefault(name);
                break;
            case "union_stack" when _unionStacks.TryGetValue(name, out UnionStack? unions):
                member = MemberOf(unions, named[1].Required());
                stack = member < 0 ? null : unions;
                break;
            default:
                break;
        }

        if (header is null && stack is null)
        {
            Unknown(scope.Place, $"extraction to {kind}", named.ToString());
            return null;
        }

        HeaderType type = header?.Type ?? stack!.FirstMember(member).Type;
        if (!variable && type.Varbit is not null)
        {
            bits = type.VarbitBits is Expr own ? OfHeader(own, header is null ? new StackItem(stack!, new StackSizeExpr(stack!), member) : new FixedHeader(header)) : null;
            if (bits is null)
            {
                Fault(scope.Place, $"{name} has a varbit field and needs extract_VL, or a length_exp in its type");
                return null;
            }
        }

        return new ExtractOp(header, stack, member, bits);
    }

    /// <summary>The expression with the fields of a header in place of "its own" fields.</summary>
    private static Expr OfHeader(Expr e, HeaderRef header) => e switch
    {
        OwnFieldExpr own => new FieldExpr(header, own.Field),
        UnaryExpr unary => unary with { Value = OfHeader(unary.Value, header) },
        BinaryExpr binary => binary with { Left = OfHeader(binary.Left, header), Right = OfHeader(binary.Right, header) },
        ChoiceExpr choice => new ChoiceExpr(OfHeader(choice.Condition, header), OfHeader(choice.Left, header), OfHeader(choice.Right, header)),
        CastExpr cast => cast with { Value = OfHeader(cast.Value, header) },
        _ => e,
    };
}
