using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Execution;

public sealed class DigestTests
{
    [Fact]
    public void GenerateDigest_Listened_CarriesTheFieldsAfterIngress()
    {
        using Bench bench = new(new ProgramJson().Header("h", "a:4", "b:12", "c:128").State("start", Extract("h"))
            .Add("learn_lists", $$"""{"name":"digest_t","id":3,"elements":[{{Field("h", "b")}},{{Field("h", "c")}},{{Field("h", "a")}}]}""")
            .Run("ingress", "run", null, Call("generate_digest", Hex(1), Hex(3)), Assign("h", "a", Hex(0xE)), ToPort(2)));
        Listener listener = new();
        bench.Switch.State!.DigestListener = listener;
        bench.Through("1ABC 000102030405060708090A0B0C0D0E0F");
        Assert.Equal(["digest_t 0ABC000102030405060708090A0B0C0D0E0F0E"], listener.Seen);
    }

    [Fact]
    public void LastHit_TableWithIdleTimeout_IsTheTimeOfThePacket()
    {
        using Bench bench = new(new ProgramJson().Header("h", "k:8").State("start", Extract("h"))
            .Action("nop", [], ToPort(2))
            .Table("ingress", "t", ["exact:h.k"], ["nop"], "nop").Timeouts("ingress", "t"));
        Table table = bench.Switch.State!.Tables[0];
        TableEntry entry = new() { Match = [new MatchValue(1, 0, 0)], LastHitNs = 5 };
        entry.SetAction(table.Definition.Actions[0], []);
        table.Insert(entry);
        bench.Loop.RunUntil(1_000_000);
        bench.Through("02");
        Assert.Equal(5, entry.LastHitNs);
        long now = bench.Loop.NowNs;
        bench.Through("01");
        Assert.Equal(now, entry.LastHitNs);
        Assert.Equal(1, table.Default.Packets);
    }

    private sealed class Listener : IDigestListener
    {
        public List<string> Seen { get; } = [];

        public void OnDigest(DigestDef digest, ReadOnlySpan<byte> sample, long nowNs) => Seen.Add($"{digest.Name} {Convert.ToHexString(sample)}");
    }
}
