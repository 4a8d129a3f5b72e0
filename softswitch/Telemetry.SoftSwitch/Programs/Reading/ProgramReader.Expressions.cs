using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Programs.Reading;

internal sealed partial class ProgramReader
{
    private static readonly Dictionary<string, Op> BinaryOps = new()
    {
        ["+"] = Op.Add, ["-"] = Op.Subtract, ["*"] = Op.Multiply, ["/"] = Op.Divide, ["%"] = Op.Modulo, ["<<"] = Op.ShiftLeft, [">>"] = Op.ShiftRight,
        ["=="] = Op.Equal, ["!="] = Op.NotEqual, [">"] = Op.Greater, ["<"] = Op.Less, [">="] = Op.GreaterOrEqual, ["<="] = Op.LessOrEqual,
        ["and"] = Op.And, ["or"] = Op.Or, ["&"] = Op.BitAnd, ["|"] = Op.BitOr, ["^"] = Op.BitXor,
    };

    private static readonly ConstExpr Zero = new(BigInteger.Zero);

    /// <summary>Where an expression stands: its place in messages, the parameters of its action, whether lookahead has a meaning.</summary>
    private sealed record Scope(string Place, IReadOnlyList<ParamDef> Params, bool InParser = false)
    {
        /// <summary>Fields that "local" counts in the length of a header's varbit.</summary>
        public IReadOnlyList<FieldDef>? OwnFields { get; init; }
    }

    private static BigInteger Hex(string? text)
    {
        if (text is null)
        {
            throw new FormatException("null where a number was expected");
        }

        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> digits = text.AsSpan(negative ? 1 : 0);
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        BigInteger value = BigInteger.Parse("0" + digits.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return negative ? -value : value;
    }

    private Expr ReadExpr(JsonElement item, Scope scope)
    {
        if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("op", out _))
        {
            return ReadOperation(item, scope);
        }

        string type = item.GetProperty("type").Required();
        JsonElement value = item.GetProperty("value");
        switch (type)
        {
            case "expression":
                return ReadExpr(value, scope);
            case "hexstr":
                return new ConstExpr(Hex(value.Required()));
            case "bool":
                return new BoolExpr(value.GetBoolean());
            case "field":
                return (Expr?)FindField(scope.Place, value) ?? Zero;
            case "stack_field":
                return (Expr?)FindStackField(scope.Place, value) ?? Zero;
            case "local" when scope.OwnFields is not null:
                int own = value.GetInt32();
                return own >= 0 && own < scope.OwnFields.Count && !scope.OwnFields[own].IsVarbit
                    ? new OwnFieldExpr(own, scope.OwnFields[own])
                    : Unknown(scope.Place, "field at offset", value.ToString());
            case "union_stack_field":
                return (Expr?)FindUnionStackField(scope.Place, value) ?? Zero;
            case "runtime_data" or "local":
                int index = value.GetInt32();
                if (index >= 0 && index < scope.Params.Count)
                {
                    return new ParamExpr(scope.Params[index].Name, scope.Params[index].Width, scope.Params[index].Slot);
                }

                Fault(scope.Place, $"parameter {index} does not exist; the action has {scope.Params.Count}");
                return Zero;
            case "lookahead" when scope.InParser:
                int offset = value[0].GetInt32();
                return offset is >= 0 and <= MaxWidth
                    ? new LookaheadExpr(offset, CheckWidth(scope.Place, "lookahead", value[1].GetInt32()))
                    : Unknown(scope.Place, "lookahead at bit", value[0].ToString());
            case "register":
                return _registers.TryGetValue(value[0].Required(), out RegisterDef? register)
                    ? new RegisterExpr(register, ReadExpr(value[1], scope))
                    : Unknown(scope.Place, "register array", value[0].ToString());
            default:
                return Unknown(scope.Place, "expression type", type);
        }
    }

    private Expr ReadOperation(JsonElement item, Scope scope)
    {
        string op = item.GetProperty("op").Required();
        JsonElement left = item.TryGetProperty("left", out JsonElement l) ? l : default;
        JsonElement right = item.GetProperty("right");
        bool unary = left.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        switch (op)
        {
            case "valid":
                return ReadHeaderRef(right, scope) is HeaderRef header ? new ValidExpr(header) : new BoolExpr(false);
            case "valid_union":
                return ReadUnionRef(right, scope) is UnionRef union ? AnyOf(union.Members.Select(m => (Expr)new ValidExpr(m))) : new BoolExpr(false);
            case "==" or "!=" or "==h" or "!=h" or "==u" or "!=u" when !unary && KindOf(left) is "header" or "union":
                Expr same = ReadSame(left, right, scope);
                return op[0] == '=' ? same : new UnaryExpr(Op.Not, same);
            case "==b" or "!=b" when !unary:
                return new BinaryExpr(op[0] == '=' ? Op.Equal : Op.NotEqual, ReadExpr(left, scope), ReadExpr(right, scope));
            case "not":
                return new UnaryExpr(Op.Not, ReadExpr(right, scope));
            case "~":
                return new UnaryExpr(Op.BitNot, ReadExpr(right, scope));
            case "d2b":
                return new UnaryExpr(Op.DataToBool, ReadExpr(right, scope));
            case "b2d":
                return new UnaryExpr(Op.BoolToData, ReadExpr(right, scope));
            case "-" when unary:
                return new UnaryExpr(Op.Negate, ReadExpr(right, scope));
            case "+" when unary:
                return ReadExpr(right, scope);
            case "?":
                return new ChoiceExpr(ReadExpr(item.GetProperty("cond"), scope), ReadExpr(left, scope), ReadExpr(right, scope));
            case "two_comp_mod" or "sat_cast" or "usat_cast":
                Op cast = op switch { "two_comp_mod" => Op.TwoCompMod, "sat_cast" => Op.SatCast, _ => Op.UsatCast };
                if (ReadExpr(right, scope) is ConstExpr width && width.Value > 0 && width.Value <= MaxWidth)
                {
                    return new CastExpr(cast, ReadExpr(left, scope), (int)width.Value);
                }

                return Unknown(scope.Place, $"width of {op} (1 to {MaxWidth} bits, constant)", right.ToString());
            case "last_stack_index":
                return FindStack(scope.Place, right) is StackDef last ? new LastIndexExpr(last) : Zero;
            case "size_stack":
                return FindStack(scope.Place, right) is StackDef sized ? new StackSizeExpr(sized) : Zero;
            case "access_field":
                if (ReadHeaderRef(left, scope) is not HeaderRef accessed)
                {
                    return Zero;
                }

                int offset = right.GetInt32();
                return offset >= 0 && offset < accessed.Type.Fields.Count
                    ? new FieldExpr(accessed, accessed.Type.Fields[offset])
                    : Unknown(scope.Place, $"field of {accessed.Type.Name} at offset", right.ToString());
            default:
                return BinaryOps.TryGetValue(op, out Op binary) && !unary
                    ? new BinaryExpr(binary, ReadExpr(left, scope), ReadExpr(right, scope))
                    : Unknown(scope.Place, "operator", op);
        }
    }

    private HeaderRef? ReadHeaderRef(JsonElement item, Scope scope)
    {
        if (item.TryGetProperty("op", out JsonElement op))
        {
            if (op.GetString() == "access_union_header")
            {
                UnionRef? of = ReadUnionRef(item.GetProperty("left"), scope);
                int member = item.GetProperty("right").GetInt32();
                if (of is not null && (member < 0 || member >= of.Members.Count))
                {
                    Unknown(scope.Place, "union member at offset", item.GetProperty("right").ToString());
                    return null;
                }

                return of?.Members[member];
            }

            if (op.GetString() != "dereference_header_stack")
            {
                Unknown(scope.Place, "operator that yields a header", op.ToString());
                return null;
            }

            HeaderStack? stack = FindStack(scope.Place, item.GetProperty("left")) as HeaderStack;
            Expr index = ReadExpr(item.GetProperty("right"), scope);
            if (stack is not null && index is ConstExpr fixedIndex && fixedIndex.Value >= 0 && fixedIndex.Value < stack.Items.Count)
            {
                return new FixedHeader(stack.Items[(int)fixedIndex.Value]);
            }

            return stack is null ? null : new StackItem(stack, index);
        }

        string type = item.GetProperty("type").Required();
        JsonElement value = item.GetProperty("value");
        if (type == "expression")
        {
            return ReadHeaderRef(value, scope);
        }

        if (type == "header" && _headers.TryGetValue(value.Required(), out Header? header))
        {
            return new FixedHeader(header);
        }

        Unknown(scope.Place, type, value.ToString());
        return null;
    }

    /// <summary>Names the members of a union, or of a union in a stack.</summary>
    private UnionRef? ReadUnionRef(JsonElement item, Scope scope)
    {
        if (item.TryGetProperty("op", out JsonElement op))
        {
            if (op.GetString() != "dereference_union_stack")
            {
                Unknown(scope.Place, "operator that yields a header union", op.ToString());
                return null;
            }

            Expr index = ReadExpr(item.GetProperty("right"), scope);
            if (FindStack(scope.Place, item.GetProperty("left")) is not UnionStack stack)
            {
                return null;
            }

            return index is ConstExpr fixedIndex && fixedIndex.Value >= 0 && fixedIndex.Value < stack.Items.Count
                ? new UnionRef([.. stack.Items[(int)fixedIndex.Value].Members.Select(m => new FixedHeader(m))])
                : new UnionRef([.. Enumerable.Range(0, stack.Items[0].Members.Count).Select(i => new StackItem(stack, index, i))]);
        }

        string type = item.GetProperty("type").Required();
        JsonElement value = item.GetProperty("value");
        if (type == "expression")
        {
            return ReadUnionRef(value, scope);
        }

        if (type == "header_union" && _unions.TryGetValue(value.Required(), out HeaderUnion? union))
        {
            return new UnionRef([.. union.Members.Select(m => new FixedHeader(m))]);
        }

        Unknown(scope.Place, type, value.ToString());
        return null;
    }

    /// <summary>"header", "union" or "value": what an operand is, wherever p4c nests it.</summary>
    private static string KindOf(JsonElement item)
    {
        while (item.ValueKind == JsonValueKind.Object && !item.TryGetProperty("op", out _) && Text(item, "type") == "expression")
        {
            item = item.GetProperty("value");
        }

        return (Text(item, "op") ?? Text(item, "type")) switch
        {
            "header" or "dereference_header_stack" or "access_union_header" => "header",
            "header_union" or "dereference_union_stack" => "union",
            _ => "value",
        };
    }

    private Expr ReadSame(JsonElement left, JsonElement right, Scope scope)
    {
        if (KindOf(left) == "header")
        {
            return ReadHeaderRef(left, scope) is HeaderRef a && ReadHeaderRef(right, scope) is HeaderRef b ? Same(a, b) : new BoolExpr(false);
        }

        return ReadUnionRef(left, scope) is UnionRef one && ReadUnionRef(right, scope) is UnionRef other && one.Members.Count == other.Members.Count
            ? AnyOf(one.Members.Zip(other.Members, Same))
            : new BoolExpr(false);
    }

    private static Expr Same(HeaderRef a, HeaderRef b) => a.Type.Name == b.Type.Name ? new SameHeaderExpr(a, b) : new BoolExpr(false);

    private static Expr AnyOf(IEnumerable<Expr> conditions) => conditions.Aggregate((a, b) => new BinaryExpr(Op.Or, a, b));

    private StackDef? FindStack(string place, JsonElement item)
    {
        JsonElement named = item.GetProperty("type").GetString() == "expression" ? item.GetProperty("value") : item;
        string name = named.GetProperty("value").ToString();
        string type = named.GetProperty("type").Required();
        if (type == "header_stack" && _stacks.TryGetValue(name, out HeaderStack? stack))
        {
            return stack;
        }

        if (type == "header_union_stack" && _unionStacks.TryGetValue(name, out UnionStack? unions))
        {
            return unions;
        }

        Unknown(place, type.Replace('_', ' '), name);
        return null;
    }

    private FieldExpr? FindUnionStackField(string place, JsonElement triple)
    {
        string name = triple[0].Required();
        string member = triple[1].Required();
        string field = triple[2].Required();
        if (_unionStacks.TryGetValue(name, out UnionStack? stack) && MemberOf(stack, member) is int index && index >= 0
            && stack.FirstMember(index).Type.Find(field) is FieldDef definition)
        {
            return new FieldExpr(new StackLast(stack, index), definition);
        }

        Unknown(place, "union stack field", $"{name}.{member}.{field}");
        return null;
    }

    /// <summary>Index of a union's member by the name in its type; -1 when there is none.</summary>
    private int MemberOf(UnionStack stack, string member)
    {
        JsonElement union = Items(_root, "header_unions").FirstOrDefault(u => NameOf(u) == stack.Items[0].Name);
        string type = Text(union, "union_type") ?? "";
        return _unionTypes.TryGetValue(type, out IReadOnlyList<string>? names) ? names.ToList().IndexOf(member) : -1;
    }

    private FieldExpr? FindStackField(string place, JsonElement pair)
    {
        string name = pair[0].Required();
        string field = pair[1].Required();
        if (_stacks.TryGetValue(name, out HeaderStack? stack) && stack.Type.Find(field) is FieldDef definition)
        {
            return new FieldExpr(new StackLast(stack), definition);
        }

        Unknown(place, "stack field", $"{name}.{field}");
        return null;
    }

    private ConstExpr Unknown(string place, string kind, string what)
    {
        Fault(place, $"{kind} {what} is not supported or not declared");
        return Zero;
    }

    private int CheckWidth(string place, string what, int width)
    {
        if (width is >= 1 and <= MaxWidth)
        {
            return width;
        }

        Fault(place, $"{what} is {width} bits wide; a value has 1 to {MaxWidth} bits");
        return 1;
    }
}
