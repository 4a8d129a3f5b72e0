using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Planning;

public sealed class StateDiffTests
{
    private static readonly Link L1ToS1 = Networks.LeafSpine.Links[4];

    [Fact]
    public void Compute_SameState_IsEmpty() =>
        Assert.Empty(StateDiff.Compute(State(new EcmpGroups(), _ => true), State(new EcmpGroups(), _ => true)));

    [Fact]
    public void Compute_LinkDown_WritesRoutesBeforeItTakesTheGroupAway()
    {
        EcmpGroups groups = new();
        DesiredState before = State(groups, _ => true);
        DesiredState after = State(groups, link => link != L1ToS1);

        Assert.Equal(
            [
                "modify Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.2.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:06:00:01, port=3)",
                "modify Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.3.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:06:00:01, port=3)",
                "modify Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.4.1/32 -> Ingress.set_next_hop(dst_mac=02:00:00:06:00:01, port=3)",
                "delete Ingress.ecmp_backup",
                "delete Ingress.ecmp_group",
            ],
            StateDiff.Compute(before, after).Select(u => u.ToString()).Select(u => u.StartsWith("delete", StringComparison.Ordinal) ? string.Join(' ', u.Split(' ').Take(2)) : u));
        Assert.Equal(
            ["insert Ingress.ecmp_group", "insert Ingress.ecmp_backup", "modify Ingress.ipv4_lpm", "modify Ingress.ipv4_lpm", "modify Ingress.ipv4_lpm"],
            StateDiff.Compute(after, before).Select(u => string.Join(' ', u.ToString().Split(' ').Take(2))));
    }

    [Fact]
    public void HasContentOf_ReadBack_IgnoresWhatTheSwitchAdds()
    {
        P4Entry written = Networks.Program.Table("int_watchlist").Entry(
            m => m.Ternary("hdr.ipv4.protocol", 17, 255).Ternary("meta.l4_dst_port", 80, 0xFFFF),
            a => a.Call("int_source", ("max_hops", 8), ("hop_words", 8), ("instructions", 0xFC00), ("rate", 1)),
            priority: 1);
        P4.V1.Entity read = written.Entity.Clone();
        P4.V1.FieldMatch first = read.TableEntry.Match[0];
        read.TableEntry.Match.RemoveAt(0);
        read.TableEntry.Match.Add(first);
        read.TableEntry.CounterData = new P4.V1.CounterData { PacketCount = 9 };
        P4Entry back = new(read, Networks.Program.Index);

        Assert.Equal(written.Key, back.Key);
        Assert.True(back.HasContentOf(written));
        read.TableEntry.Action.Action.Params[0].Value = Google.Protobuf.ByteString.CopyFrom(7);
        Assert.False(back.HasContentOf(written));
    }

    private static DesiredState State(EcmpGroups groups, Func<Link, bool> isUp) => new(RoutePlanner
        .Plan(Networks.LeafSpine, Networks.LeafSpine.Switches[0], SwitchRoutes.Compute(Networks.LeafSpine, isUp), groups)
        .Select(Networks.Program.Bind));
}
