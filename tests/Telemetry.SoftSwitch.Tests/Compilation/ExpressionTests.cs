using System.Globalization;
using System.Numerics;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Compilation;

public sealed class ExpressionTests
{
    private static string Input(string name) => Field("h", name);

    /// <summary>out64 = expression over a (8), b (16), c (32), d (64), s (signed 16), w and x (128).</summary>
    private static string Evaluate(string expression, string target, string a, string b, string c, string d, string s, string w, string x)
    {
        ProgramJson program = new ProgramJson()
            .Header("h", "a:8", "b:16", "c:32", "d:64", "s:16s", "w:128", "x:128", "out64:64", "out128:128", "out16:16", "out16s:16s")
            .State("start", Extract("h"))
            .Run("ingress", "compute", null, Assign("h", target, expression), ToPort(2));
        using Bench bench = new(program);
        string frame = bench.Through(a + b + c + d + s + w + x + new string('0', 16 + 32 + 4 + 4));
        int at = (1 + 2 + 4 + 8 + 2 + 16 + 16) * 2;
        return target switch
        {
            "out64" => frame.Substring(at, 16),
            "out128" => frame.Substring(at + 16, 32),
            "out16" => frame.Substring(at + 48, 4),
            _ => frame.Substring(at + 52, 4),
        };
    }

    private static string Evaluate(string expression, string target = "out64", string a = "F0", string b = "1234", string c = "DEADBEEF", string d = "FFFFFFFFFFFFFFFE", string s = "FFFE") =>
        Evaluate(expression, target, a, b, c, d, s, "FFFFFFFFFFFFFFFF0000000000000001", "00000000000000010000000000000002");

    public static TheoryData<string, string> WordCases() => new()
    {
        { Op("+", Input("a"), Input("b")), "0000000000001324" },
        { Op("&", Op("+", Input("a"), Hex(0x20)), Hex(0xFF)), "0000000000000010" },
        { Op("&", Op("-", Hex(1), Input("b")), Hex(0xFFFF)), "000000000000EDCD" },
        { Op("&", Op("+", Input("d"), Hex(3)), Hex("0xffffffffffffffff")), "0000000000000001" },
        { Op("&", Op("*", Input("c"), Input("c")), Hex("0xffffffff")), ((ulong)(0xDEADBEEFu * 0xDEADBEEFUL) & 0xFFFFFFFF).ToString("X16", CultureInfo.InvariantCulture) },
        { Op(">>", Input("d"), Hex(60)), "000000000000000F" },
        { Op(">>", Input("d"), Input("a")), "0000000000000000" },
        { Op("&", Op("<<", Input("b"), Hex(8)), Hex(0xFFFF)), "0000000000003400" },
        { Op("&", Op("<<", Input("b"), Input("a")), Hex(0xFFFF)), "0000000000000000" },
        { Op("/", Input("c"), Hex(16)), "000000000DEADBEE" },
        { Op("%", Input("c"), Hex(16)), "000000000000000F" },
        { Op("/", Input("c"), Op("-", Input("a"), Input("a"))), "0000000000000000" },
        { Op("%", Input("c"), Op("-", Input("a"), Input("a"))), "0000000000000000" },
        { Op("|", Input("a"), Hex(0xF)), "00000000000000FF" },
        { Op("^", Input("b"), Hex(0xFFFF)), "000000000000EDCB" },
        { Op("&", Op("~", null, Input("b")), Hex(0xFFFF)), "000000000000EDCB" },
        { Op("&", Op("-", null, Input("a")), Hex(0xFFFF)), "000000000000FF10" },
        { Op("b2d", null, Op("<", Input("s"), Hex(0))), "0000000000000001" },
        { Op("b2d", null, Op(">", Input("d"), Input("s"))), "0000000000000001" },
        { Op("b2d", null, Op(">=", Input("d"), Input("d"))), "0000000000000001" },
        { Op("b2d", null, Op("<=", Input("d"), Input("c"))), "0000000000000000" },
        { Op("b2d", null, Op("==", Input("w"), Input("x"))), "0000000000000000" },
        { Op("b2d", null, Op("!=", Input("w"), Input("x"))), "0000000000000001" },
        { Op("b2d", null, Op(">", Input("w"), Input("x"))), "0000000000000001" },
        { Op("b2d", null, Op("and", Op("d2b", null, Input("a")), Op("not", null, Op("d2b", null, Hex(0))))), "0000000000000001" },
        { Op("b2d", null, Op("or", Op("valid", null, Named("header", "h")), """{"type":"bool","value":false}""")), "0000000000000001" },
        { Choose(Op("==", Input("a"), Hex(0xF0)), Input("b"), Input("c")), "0000000000001234" },
        { Op("usat_cast", Op("+", Input("a"), Hex(0x20)), Hex(8)), "00000000000000FF" },
        { Op("usat_cast", Op("-", Hex(1), Input("b")), Hex(16)), "0000000000000000" },
        { Op("&", Op("two_comp_mod", Input("a"), Hex(8)), Hex(0xFFFF)), "000000000000FFF0" },
        { Op("&", Op("sat_cast", Op("+", Input("a"), Hex(0)), Hex(8)), Hex(0xFFFF)), "000000000000007F" },
        { Op("&", Op("sat_cast", Op("-", Input("s"), Hex(0x200)), Hex(8)), Hex(0xFFFF)), "000000000000FF80" },
        { Op("&", Op(">>", Input("s"), Hex(1)), Hex(0xFFFF)), "000000000000FFFF" },
        { Op("&", Input("s"), Hex("0xffffffff")), "00000000FFFFFFFE" },
        { Op(">>", Input("w"), Hex(64)), "FFFFFFFFFFFFFFFF" },
        { Op("&", Input("w"), Hex("0xffff")), "0000000000000001" },
        { Hex("-0x1"), "FFFFFFFFFFFFFFFF" },
    };

    [Theory, MemberData(nameof(WordCases))]
    public void Assign_Operator_LeavesValueOfUnboundedPrecisionCutToTheField(string expression, string expected) =>
        Assert.Equal(expected, Evaluate(expression));

    [Fact]
    public void Assign_WideArithmetic_Is128BitsWide()
    {
        BigInteger w = BigInteger.Parse("0FFFFFFFFFFFFFFFF0000000000000001", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        BigInteger x = BigInteger.Parse("000000000000000010000000000000002", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        BigInteger mask = (BigInteger.One << 128) - 1;
        string Mask(string e) => Op("&", e, Hex("0xffffffffffffffffffffffffffffffff"));
        static string Show(BigInteger value) => value.ToString("X33", CultureInfo.InvariantCulture)[^32..];
        Assert.Equal(Show((w + x) & mask), Evaluate(Mask(Op("+", Input("w"), Input("x"))), "out128"));
        Assert.Equal(Show((w * x) & mask), Evaluate(Mask(Op("*", Input("w"), Input("x"))), "out128"));
        Assert.Equal(Show((w << 3) & mask), Evaluate(Mask(Op("<<", Input("w"), Hex(3))), "out128"));
        Assert.Equal(Show((x - w) & mask), Evaluate(Mask(Op("-", Input("x"), Input("w"))), "out128"));
        Assert.Equal(Show(w ^ x), Evaluate(Op("^", Input("w"), Input("x")), "out128"));
    }

    [Fact]
    public void Assign_SignedField_KeepsTwosComplement()
    {
        Assert.Equal("FFFC", Evaluate(Op("two_comp_mod", Op("+", Input("s"), Input("s")), Hex(16)), "out16s"));
        Assert.Equal("FFFE", Evaluate(Input("s"), "out16"));
        Assert.Equal("FFFE", Evaluate(Input("d"), "out16"));
    }
}
