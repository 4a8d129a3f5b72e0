using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Tables;

public sealed class TableTests
{
    private static ProgramJson Program(string key, string extra = "") => new ProgramJson().Header("h", "k:32", "out:16").State("start", Extract("h"))
        .Action("set", ["v:16"], Call("assign", Field("h", "out"), Param(0)), ToPort(2))
        .Action("miss", [], Assign("h", "out", Hex(0xFFFF)), ToPort(2))
        .Table("ingress", "t", [key], ["set", "miss"], "miss", extra: extra);

    private static void Insert(Bench bench, UInt128 value, UInt128 mask, int prefix, int priority, ulong data)
    {
        Table table = bench.Switch.State!.Tables[0];
        TableEntry entry = new() { Match = [new MatchValue(value, mask, prefix)], Priority = priority };
        entry.SetAction(table.Definition.Actions[0], [data]);
        table.Insert(entry);
    }

    [Fact]
    public void Exact_ThousandEntries_FindsEachAndMissesOthers()
    {
        using Bench bench = new(Program("exact:h.k"));
        for (uint i = 0; i < 1000; i++)
        {
            Insert(bench, i * 2654435761u, 0, 0, 0, i);
        }

        for (uint i = 0; i < 1000; i += 37)
        {
            Assert.Equal($"{i * 2654435761u:X8}{i:X4}", bench.Through($"{i * 2654435761u:X8} 0000"));
        }

        Assert.Equal("00000007FFFF", bench.Through("00000007 0000"));
    }

    [Fact]
    public void Exact_RemoveAnyOrder_KeepsTheRestReachable()
    {
        ExactIndex<TableEntry> index = new(1, null);
        Random random = new(5);
        Dictionary<ulong, TableEntry> truth = [];
        for (int step = 0; step < 5000; step++)
        {
            ulong[] key = [(ulong)random.Next(300)];
            if (random.Next(2) == 0)
            {
                TableEntry entry = new();
                index.Set(key, entry);
                truth[key[0]] = entry;
            }
            else
            {
                index.Remove(key);
                truth.Remove(key[0]);
            }
        }

        for (ulong k = 0; k < 300; k++)
        {
            Assert.Same(truth.GetValueOrDefault(k), index.Find([k]));
        }

        Assert.Equal(truth.Count, index.Count);
    }

    [Fact]
    public void Lpm_OverlappingPrefixes_LongestWins()
    {
        using Bench bench = new(Program("lpm:h.k"));
        Insert(bench, 0, 0, 0, 0, 1);
        Insert(bench, 0x0A000000, 0, 8, 0, 2);
        Insert(bench, 0x0A010000, 0, 16, 0, 3);
        Insert(bench, 0x0A010203, 0, 32, 0, 4);
        Assert.Equal("0B0000000001", bench.Through("0B000000 0000"));
        Assert.Equal("0A0000010002", bench.Through("0A000001 0000"));
        Assert.Equal("0A0102040003", bench.Through("0A010204 0000"));
        Assert.Equal("0A0102030004", bench.Through("0A010203 0000"));
        Table table = bench.Switch.State!.Tables[0];
        table.Remove(table.Find([new MatchValue(0x0A010000, 0, 16)], 0)!);
        Assert.Equal("0A0102040002", bench.Through("0A010204 0000"));
    }

    [Fact]
    public void Ternary_HigherPriorityWins_OlderAmongEquals()
    {
        using Bench bench = new(Program("ternary:h.k"));
        Insert(bench, 0, 0, 0, 1, 1);
        Insert(bench, 0x00000100, 0xFF00, 0, 10, 2);
        Insert(bench, 0x00000102, 0xFFFF, 0, 10, 3);
        Insert(bench, 0x00000103, 0xFFFF, 0, 20, 4);
        Assert.Equal("FFFFFFFF0001", bench.Through("FFFFFFFF 0000"));
        Assert.Equal("000001020002", bench.Through("00000102 0000"));
        Assert.Equal("000001030004", bench.Through("00000103 0000"));
    }

    [Fact]
    public void Range_BothEndsBelong()
    {
        using Bench bench = new(Program("range:h.k"));
        Insert(bench, 10, 20, 0, 1, 1);
        Assert.Equal(["00000009FFFF", "0000000A0001", "000000140001", "00000015FFFF"],
            new[] { "00000009", "0000000A", "00000014", "00000015" }.Select(k => bench.Through(k + "0000")));
    }

    [Fact]
    public void ConstEntries_LowerNumberInTheProgramWins()
    {
        string entries = """
            ,"entries":[
              {"match_key":[{"match_type":"ternary","key":"0x00000001","mask":"0x0000000f"}],"action_entry":{"action_id":0,"action_data":["0x0005"]},"priority":2},
              {"match_key":[{"match_type":"ternary","key":"0x00000011","mask":"0x000000ff"}],"action_entry":{"action_id":0,"action_data":["0x0006"]},"priority":1}]
            """;
        using Bench bench = new(Program("ternary:h.k", entries));
        Assert.Equal("000000110006", bench.Through("00000011 0000"));
        Assert.Equal("000000210005", bench.Through("00000021 0000"));
    }

    [Fact]
    public void NextTables_HitMissAndActionRun_ChooseThePath()
    {
        ProgramJson program = new ProgramJson().Header("h", "k:8", "out:8").State("start", Extract("h"))
            .Action("nop", [], Call("no_op")).Action("other", [], Call("no_op"))
            .Table("ingress", "t", ["exact:h.k"], ["nop"], "nop", nextTables: """{"__HIT__":"tbl_hit","__MISS__":"u"}""")
            .Table("ingress", "u", ["exact:h.k"], ["nop", "other"], "nop", nextTables: """{"nop":"tbl_nop1","other":"tbl_other1"}""")
            .Run("ingress", "hit", null, Assign("h", "out", Hex(1)), ToPort(2))
            .Run("ingress", "nop1", null, Assign("h", "out", Hex(2)), ToPort(2))
            .Run("ingress", "other1", null, Assign("h", "out", Hex(3)), ToPort(2));
        using Bench bench = new(program);
        Put(0, 5, "nop");
        Put(1, 6, "other");
        Assert.Equal("0501", bench.Through("0500"));
        Assert.Equal("0602", bench.Through("0700").Replace("07", "06", StringComparison.Ordinal));
        Assert.Equal("0603", bench.Through("0600"));

        void Put(int table, UInt128 key, string action)
        {
            Table target = bench.Switch.State!.Tables[table];
            TableEntry entry = new() { Match = [new MatchValue(key, 0, 0)] };
            entry.SetAction(target.Definition.Actions.First(a => a.Name == action), []);
            target.Insert(entry);
        }
    }
}
