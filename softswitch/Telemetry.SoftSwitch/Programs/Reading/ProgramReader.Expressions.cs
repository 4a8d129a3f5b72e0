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
    private sealed record Scope(string Place, IReadOnlyList<ParamDef> Params, bool InParser = false);

    private static BigInteger Hex(string text)
    {
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

        string type = item.GetProperty("type").GetString()!;
        JsonElement value = item.GetProperty("value");
        switch (type)
        {
            case "expression":
                return ReadExpr(value, scope);
            case "hexstr":
                return new ConstExpr(Hex(value.GetString()!));
            case "bool":
                return new BoolExpr(value.GetBoolean());
            case "field":
                return (Expr?)FindField(scope.Place, value) ?? Zero;
            case "stack_field":
                return (Expr?)FindStackField(scope.Place, value) ?? Zero;
            case "runtime_data" or "local":
                int index = value.GetInt32();
                if (index >= 0 && index < scope.Params.Count)
                {
                    return new ParamExpr(scope.Params[index].Name, scope.Params[index].Width, scope.Params[index].Slot);
                }

                Fault(scope.Place, $"parameter {index} does not exist; the action has {scope.Params.Count}");
                return Zero;
            case "lookahead" when scope.InParser:
                return new LookaheadExpr(value[0].GetInt32(), CheckWidth(scope.Place, "lookahead", value[1].GetInt32()));
            case "register":
                return _registers.TryGetValue(value[0].GetString()!, out RegisterDef? register)
                    ? new RegisterExpr(register, ReadExpr(value[1], scope))
                    : Unknown(scope.Place, "register array", value[0].ToString());
            default:
                return Unknown(scope.Place, "expression type", type);
        }
    }

    private Expr ReadOperation(JsonElement item, Scope scope)
    {
        string op = item.GetProperty("op").GetString()!;
        JsonElement left = item.TryGetProperty("left", out JsonElement l) ? l : default;
        JsonElement right = item.GetProperty("right");
        bool unary = left.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;
        switch (op)
        {
            case "valid":
                return ReadHeaderRef(right, scope) is HeaderRef header ? new ValidExpr(header) : new BoolExpr(false);
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
                return FindStack(scope.Place, right) is HeaderStack last ? new LastIndexExpr(last) : Zero;
            case "size_stack":
                return FindStack(scope.Place, right) is HeaderStack sized ? new StackSizeExpr(sized) : Zero;
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
            if (op.GetString() != "dereference_header_stack")
            {
                Unknown(scope.Place, "operator that yields a header", op.ToString());
                return null;
            }

            HeaderStack? stack = FindStack(scope.Place, item.GetProperty("left"));
            Expr index = ReadExpr(item.GetProperty("right"), scope);
            if (stack is not null && index is ConstExpr fixedIndex && fixedIndex.Value >= 0 && fixedIndex.Value < stack.Items.Count)
            {
                return new FixedHeader(stack.Items[(int)fixedIndex.Value]);
            }

            return stack is null ? null : new StackItem(stack, index);
        }

        string type = item.GetProperty("type").GetString()!;
        JsonElement value = item.GetProperty("value");
        if (type == "expression")
        {
            return ReadHeaderRef(value, scope);
        }

        if (type == "header" && _headers.TryGetValue(value.GetString()!, out Header? header))
        {
            return new FixedHeader(header);
        }

        Unknown(scope.Place, type, value.ToString());
        return null;
    }

    private HeaderStack? FindStack(string place, JsonElement item)
    {
        JsonElement named = item.GetProperty("type").GetString() == "expression" ? item.GetProperty("value") : item;
        string name = named.GetProperty("value").ToString();
        if (named.GetProperty("type").GetString() == "header_stack" && _stacks.TryGetValue(name, out HeaderStack? stack))
        {
            return stack;
        }

        Unknown(place, "header stack", name);
        return null;
    }

    private FieldExpr? FindStackField(string place, JsonElement pair)
    {
        string name = pair[0].GetString()!;
        string field = pair[1].GetString()!;
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

        Fault(place, $"{what} is {width} bits wide; this switch holds values of 1 to {MaxWidth} bits");
        return MaxWidth;
    }
}
