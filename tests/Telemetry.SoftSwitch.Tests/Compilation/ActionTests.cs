using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Compilation;

public sealed class ActionTests
{
    private static ProgramJson Program() => new ProgramJson().Header("h", "a:16", "b:16").Header("t", "c:16").State("start", Extract("h"));

    [Fact]
    public void Jumps_ForwardAndBackward_RunAsLoop()
    {
        // b = 0; do { b += 3; a -= 1; } while (a != 0);
        using Bench bench = new(Program().Run("ingress", "loop", null,
            Assign("h", "b", Hex(0)),
            Assign("h", "b", Op("&", Op("+", Field("h", "b"), Hex(3)), Hex(0xFFFF))),
            Assign("h", "a", Op("&", Op("-", Field("h", "a"), Hex(1)), Hex(0xFFFF))),
            Call("_jump_if_zero", Field("h", "a"), Hex(5)),
            Call("_jump", Hex(1)),
            ToPort(2)));
        Assert.Equal("0000000F", bench.Through("0005 0000"));
    }

    [Fact]
    public void Jump_WithoutEnd_IsStopped()
    {
        using Bench bench = new(Program().Run("ingress", "loop", null, ToPort(2), Call("_jump", Hex(1)), Call("no_op")));
        Assert.Equal("00050000", bench.Through("0005 0000"));
    }

    [Fact]
    public void Exit_EndsThePipelineAfterTheAction()
    {
        using Bench bench = new(Program()
            .Run("ingress", "first", "tbl_second", Call("exit"), Assign("h", "a", Hex(1)), ToPort(2))
            .Run("ingress", "second", null, Assign("h", "b", Hex(2))));
        Assert.Equal("00010000", bench.Through("0000 0000"));
    }

    [Fact]
    public void Headers_AddRemoveAssign_ShowInTheFrame()
    {
        using Bench bench = new(Program().Header("copy", "a:16", "b:16").Run("ingress", "change", null,
            Call("assign_header", Named("header", "copy"), Named("header", "h")),
            Call("remove_header", Named("header", "h")), Call("add_header", Named("header", "t")), ToPort(2)));
        Assert.Equal("000012345678EE", bench.Through("1234 5678 EE"));
    }

    [Fact]
    public void Registers_ReadAndWrite_StayInTheSwitchAndInsideTheArray()
    {
        ProgramJson program = Program()
            .Add("register_arrays", """{"name":"r","id":0,"bitwidth":16,"size":4}""")
            .Run("ingress", "use", null,
                Call("register_read", Field("h", "b"), Named("register_array", "r"), Field("h", "a")),
                Call("register_write", Named("register_array", "r"), Field("h", "a"), Op("+", Field("h", "b"), Hex(1))), ToPort(2));
        using Bench one = new(program);
        using Bench two = new(program);
        Assert.Equal("00020000", one.Through("0002 5555"));
        Assert.Equal("00020001", one.Through("0002 5555"));
        Assert.Equal("00020000", two.Through("0002 5555"));
        Assert.Equal("00045555", one.Through("0004 5555"));
    }

    [Fact]
    public void Random_SameSeed_SameNumbersWithinBounds()
    {
        ProgramJson program = Program().Run("ingress", "roll", null, Call("modify_field_rng_uniform", Field("h", "a"), Hex(10), Hex(12)), ToPort(2));
        using Bench one = new(program);
        using Bench two = new(program);
        List<string> rolls = [.. Enumerable.Range(0, 50).Select(_ => one.Through("0000 0000"))];
        Assert.Equal(rolls, Enumerable.Range(0, 50).Select(_ => two.Through("0000 0000")));
        Assert.Equal(["000A0000", "000B0000", "000C0000"], rolls.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void LogAndAssert_WriteLines()
    {
        using Bench bench = new(Program().Run("ingress", "log", null,
            Call("log_msg", """{"type":"string","value":"a {} b {}"}""", $$"""{"type":"parameters_vector","value":[{{Field("h", "a")}},{{Field("h", "b")}}]}"""),
            Call("assert", Op("==", Field("h", "a"), Hex(1))), ToPort(2)));
        bench.Through("0002 0003");
        Assert.Equal("a 2 b 3", bench.Log[0]);
        Assert.StartsWith("assert failed", bench.Log[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crc16", "BB3D")]
    [InlineData("crcCCITT", "29B1")]
    [InlineData("csum16", "F62A")]
    [InlineData("identity", "3738")]
    [InlineData("xor16", "0839")]
    public void Hash_OverCheckString_GivesTheKnownValue(string algorithm, string expected)
    {
        // The check string of CRC catalogues: "123456789"; csum16 and xor16 pad the odd byte with zeros behind.
        string[] fields = [.. Enumerable.Range(0, 9).Select(i => $"d{i}:8")];
        string inputs = string.Join(',', Enumerable.Range(0, 9).Select(i => Field("h", $"d{i}")));
        using Bench bench = new(new ProgramJson().Header("h", [.. fields, "out:16"]).State("start", Extract("h"))
            .Add("calculations", $$"""{"name":"calc","id":0,"algo":"{{algorithm}}","input":[{{inputs}}]}""")
            .Run("ingress", "hash", null, Call("modify_field_with_hash_based_offset", Field("h", "out"), Hex(0), Named("calculation", "calc"), Hex(0x10000)), ToPort(2)));
        string frame = bench.Through("313233343536373839 0000");
        Assert.Equal(algorithm == "xor16" ? Xor("313233343536373839") : algorithm == "csum16" ? Checksum("313233343536373839") : expected, frame[18..]);
    }

    private static string Checksum(string hex)
    {
        byte[] bytes = [.. Convert.FromHexString(hex), 0];
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += (bytes[i] << 8) | bytes[i + 1];
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        return $"{~sum & 0xFFFF:X4}";
    }

    private static string Xor(string hex)
    {
        byte[] bytes = [.. Convert.FromHexString(hex), 0];
        int value = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            value ^= (bytes[i] << 8) | bytes[i + 1];
        }

        return $"{value:X4}";
    }

    [Fact]
    public void Checksum_VerifyAndUpdate_WithPayloadOfOddLength()
    {
        string target = """["h","b"]""";
        string input = $$"""[{{Field("h", "a")}},{"type":"payload"}]""";
        using Bench bench = new(Program()
            .Add("calculations", $$"""{"name":"calc","id":0,"algo":"csum16","input":{{input}}}""")
            .Add("checksums", $$"""{"name":"c","id":0,"target":{{target}},"type":"generic","calculation":"calc","verify":true,"update":false,"if_cond":null}""")
            .Add("checksums", $$"""{"name":"u","id":1,"target":{{target}},"type":"generic","calculation":"calc","verify":false,"update":true,"if_cond":{{Op("==", Field("h", "a"), Hex(0x1234))}}}""")
            .Run("ingress", "check", null, Call("add_header", Named("header", "t")), Assign("t", "c", Field("standard_metadata", "checksum_error")), ToPort(2)));
        string right = Checksum("1234AABBCC");
        Assert.Equal("1234" + right + "0000AABBCC", bench.Through("1234" + right + "AABBCC"));
        Assert.Equal("1234" + right + "0001AABBCC", bench.Through("12340000AABBCC"));
        Assert.Equal("123500000001AABBCC", bench.Through("12350000AABBCC"));
    }

    [Fact]
    public void Meter_Bytes_MarksGreenYellowRed()
    {
        using Bench bench = new(Program()
            .Add("meter_arrays", """{"name":"m","id":0,"is_direct":false,"size":2,"rate_count":2,"type":"packets"}""")
            .Run("ingress", "meter", null, Call("execute_meter", Named("meter_array", "m"), Hex(1), Field("h", "a")), ToPort(2)));
        Assert.Equal("00000000", bench.Through("FFFF 0000"));
        bench.Switch.State!.Meters[0][1].Configure(new SoftSwitch.Execution.MeterRates(10, 1, 20, 3), bench.Loop.NowNs);
        Assert.Equal(["00000000", "00010000", "00010000", "00020000"], Enumerable.Range(0, 4).Select(_ => bench.Through("FFFF 0000")));
        bench.Loop.RunUntil(bench.Loop.NowNs + 1_000_000_000);
        Assert.Equal("00000000", bench.Through("FFFF 0000"));
    }
}
