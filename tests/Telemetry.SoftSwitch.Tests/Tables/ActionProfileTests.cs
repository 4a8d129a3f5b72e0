using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Tables;

public sealed class ActionProfileTests
{
    private static Bench Make(bool selector)
    {
        ProgramJson program = new ProgramJson().Header("h", "k:8", "s:8", "out:16").State("start", Extract("h"))
            .Action("set", ["v:16"], Call("assign", Field("h", "out"), Param(0)), ToPort(2))
            .Table("ingress", "t", ["exact:h.k"], ["set"], next: "tbl_port")
            .Run("ingress", "port", null, ToPort(2))
            .Indirect("ingress", "t", "profile", selector ? """{"algo":"identity","input":[{"type":"field","value":["h","s"]}]}""" : null);
        return new Bench(program);
    }

    private static ActionCall Set(Bench bench, ulong value) => new(bench.Switch.State!.Tables[0].Definition.Actions[0], [value]);

    private static TableEntry Insert(Bench bench, int key, Action<TableEntry> bind)
    {
        TableEntry entry = new() { Match = [new MatchValue(key, 0, 0)] };
        bind(entry);
        bench.Switch.State!.Tables[0].Insert(entry);
        return entry;
    }

    [Fact]
    public void Member_Changed_ChangesEveryEntryThatRefersToIt()
    {
        using Bench bench = Make(false);
        ActionProfile profile = bench.Switch.State!.ActionProfiles[0];
        ActionMember member = profile.AddMember(1, Set(bench, 0x11));
        TableEntry a = Insert(bench, 1, e => e.SetMember(member));
        Insert(bench, 2, e => e.SetMember(member));
        Assert.Equal("01000011", bench.Through("01000000"));
        Assert.Equal("02000011", bench.Through("02000000"));
        Assert.Equal("03000000", bench.Through("03000000"));
        member.Call = Set(bench, 0x22);
        Assert.Equal("01000022", bench.Through("01000000"));
        Assert.Equal("02000022", bench.Through("02000000"));
        Assert.Equal(2, member.References);
        Assert.Throws<InvalidOperationException>(() => profile.RemoveMember(member));
        bench.Switch.State.Tables[0].Remove(a);
        Assert.Equal(1, member.References);
    }

    [Fact]
    public void Group_WeightsAndHash_ChooseTheMember()
    {
        using Bench bench = Make(true);
        ActionProfile profile = bench.Switch.State!.ActionProfiles[0];
        ActionMember one = profile.AddMember(1, Set(bench, 1));
        ActionMember two = profile.AddMember(2, Set(bench, 2));
        ActionGroup group = profile.AddGroup(7, 4);
        group.SetMembers([new GroupMember(two, 2, -1, []), new GroupMember(one, 1, -1, [])]);
        Insert(bench, 1, e => e.SetGroup(group));
        Assert.Equal(["01000001", "01010002", "01020002", "01030001"],
            Enumerable.Range(0, 4).Select(hash => bench.Through($"01{hash:X2}0000")));
        Assert.Equal(1, one.References);
        group.SetMembers([]);
        Assert.Equal(0, one.References);
        Assert.Equal("01050000", bench.Through("01050000"));
    }

    [Fact]
    public void Group_WatchedPortDown_LeavesItsMemberOut()
    {
        using Bench bench = Make(true);
        ActionProfile profile = bench.Switch.State!.ActionProfiles[0];
        ActionGroup group = profile.AddOneShot([(Set(bench, 1), 1, 3, [3]), (Set(bench, 2), 1, 4, [4])], isRandom: false);
        Insert(bench, 1, e => e.SetGroup(group));
        Assert.Equal("01000001", bench.Through("01000000"));
        profile.SetPortUp(3, false);
        Assert.Equal("01000002", bench.Through("01000000"));
        profile.SetPortUp(4, false);
        Assert.Equal("01000000", bench.Through("01000000"));
        profile.SetPortUp(3, true);
        Assert.Equal("01010001", bench.Through("01010000"));
    }

    [Fact]
    public void Default_Member_RunsOnMiss()
    {
        using Bench bench = Make(false);
        ActionMember member = bench.Switch.State!.ActionProfiles[0].AddMember(1, Set(bench, 0x33));
        bench.Switch.State.Tables[0].Default.SetMember(member);
        Assert.Equal("09000033", bench.Through("09000000"));
        Assert.Equal(1, member.References);
    }
}
