using Grpc.Core;
using P4.V1;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Entities;

/// <summary>P4Runtime v1.5, section 9.2.</summary>
public sealed class ActionProfileTests : IDisposable
{
    private static readonly uint Members = Info.ActionProfiles.Get("members").Id;
    private static readonly uint Groups = Info.ActionProfiles.Get("groups").Id;
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Members_InsertUseModifyDelete()
    {
        Ok(Type.Insert, Member(Members, 1, 11));
        Assert.Equal(StatusCode.AlreadyExists, Try(Type.Insert, Member(Members, 1, 12)));
        TableEntry entry = Key("by_member", "hdr.probe.a=5");
        entry.Action = new TableAction { ActionProfileMemberId = 1 };
        Ok(Type.Insert, Of(entry));
        Assert.Equal(11, _fixture.Probe(5));
        Ok(Type.Modify, Member(Members, 1, 12));
        Assert.Equal(12, _fixture.Probe(5));
        Assert.Equal(entry, Assert.Single(_fixture.Read(new TableEntry { TableId = entry.TableId })));
        Assert.Equal([Member(Members, 1, 12)], _fixture.Controller.Read(new Entity { ActionProfileMember = new() }));
        Assert.Equal(StatusCode.FailedPrecondition, Try(Type.Delete, Member(Members, 1, 0)));
        Ok(Type.Delete, Of(entry));
        Ok(Type.Delete, new Entity { ActionProfileMember = new() { ActionProfileId = Members, MemberId = 1 } });
        Assert.Equal(StatusCode.NotFound, Try(Type.Delete, Member(Members, 1, 0)));
        Assert.Equal(StatusCode.NotFound, Try(Type.Modify, Member(Members, 1, 0)));
    }

    [Fact]
    public void Members_BadOnes_AreRefused()
    {
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Member(Members, 0, 1)));
        Assert.Equal(StatusCode.NotFound, Try(Type.Insert, Member(5, 1, 1)));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, new Entity { ActionProfileMember = new() { ActionProfileId = Members, MemberId = 1 } }));
        for (uint id = 1; id <= 4; id++)
        {
            Ok(Type.Insert, Member(Members, id, 1));
        }

        Assert.Equal(StatusCode.ResourceExhausted, Try(Type.Insert, Member(Members, 5, 1)));
        TableEntry entry = Key("by_member", "hdr.probe.a=5");
        entry.Action = new TableAction { ActionProfileMemberId = 9 };
        Assert.Equal(StatusCode.NotFound, Try(Type.Insert, Of(entry)));
        entry.Action = new TableAction { ActionProfileGroupId = 1 };
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Of(entry)));
        entry.Action = new TableAction { Action = Call("set value=1") };
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Of(entry)));
    }

    [Fact]
    public void Groups_SpreadByWeightAndSkipMembersWhoseWatchPortIsDown()
    {
        Ok(Type.Insert, Member(Groups, 1, 11));
        Ok(Type.Insert, Member(Groups, 2, 12));
        Entity group = Group(7, 8, (1, 3, [3]), (2, 1, [4]));
        Ok(Type.Insert, group);
        Assert.Equal([group], _fixture.Controller.Read(new Entity { ActionProfileGroup = new() }));
        TableEntry entry = Key("by_group", "hdr.probe.a=5");
        entry.Action = new TableAction { ActionProfileGroupId = 7 };
        Ok(Type.Insert, Of(entry));
        Dictionary<int, int> seen = Spread();
        Assert.True(seen[11] > seen[12] && seen[12] > 0, $"{seen[11]} and {seen[12]}");
        _fixture.Bench.Switch.SetPortUp(3, false);
        Assert.Equal([12], Spread().Keys);
        Assert.Equal([group], _fixture.Controller.Read(new Entity { ActionProfileGroup = new() { ActionProfileId = Groups, GroupId = 7 } }));
        _fixture.Bench.Switch.SetPortUp(4, false);
        Assert.Equal([0], Spread().Keys);
        _fixture.Bench.Switch.SetPortUp(3, true);
        Assert.Equal([11], Spread().Keys);
        Ok(Type.Modify, Group(7, 8, (2, 1, [])));
        Assert.Equal([12], Spread().Keys);
        Assert.Equal(StatusCode.FailedPrecondition, Try(Type.Delete, group));
        Ok(Type.Delete, Of(entry));
        Assert.Equal(StatusCode.FailedPrecondition, Try(Type.Delete, Member(Groups, 2, 0)));
        Ok(Type.Delete, group);
        Ok(Type.Delete, Member(Groups, 2, 0));
    }

    [Fact]
    public void Groups_BadOnes_AreRefused()
    {
        Ok(Type.Insert, Member(Groups, 1, 11));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Group(0, 8)));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Group(1, 9)));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Group(1, 0)));
        Assert.Equal(StatusCode.NotFound, Try(Type.Insert, Group(1, 8, (9, 1, []))));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Group(1, 8, (1, 0, []))));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Group(1, 8, (1, 1, []), (1, 1, []))));
        Assert.Equal(StatusCode.ResourceExhausted, Try(Type.Insert, Group(1, 2, (1, 3, []))));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Group(1, 8, (1, 1, [2, 0]))));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, new Entity { ActionProfileGroup = new() { ActionProfileId = Members, GroupId = 1 } }));
        Ok(Type.Insert, Group(1, 8, (1, 1, [])));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Modify, Group(1, 7, (1, 1, []))));
        Assert.Equal(StatusCode.NotFound, Try(Type.Modify, Group(2, 8)));
    }

    [Fact]
    public void OneShot_ReadsBackAsWrittenAndDoesNotMixWithMembers()
    {
        TableEntry entry = Key("by_group", "hdr.probe.a=5");
        ActionProfileActionSet set = new();
        set.ActionProfileActions.Add(new ActionProfileAction { Action = Call("set value=21"), Weight = 2, WatchPort = Bytes(3) });
        set.ActionProfileActions.Add(new ActionProfileAction { Action = Call("set value=22"), Weight = 1 });
        entry.Action = new TableAction { ActionProfileActionSet = set };
        Ok(Type.Insert, Of(entry));
        Assert.Equal([21, 22], Spread().Keys.Order());
        Assert.Equal(entry, Assert.Single(_fixture.Read(new TableEntry { TableId = entry.TableId })));
        Assert.Empty(_fixture.Controller.Read(new Entity { ActionProfileMember = new() }));
        Assert.Empty(_fixture.Controller.Read(new Entity { ActionProfileGroup = new() }));
        _fixture.Bench.Switch.SetPortUp(3, false);
        Assert.Equal([22], Spread().Keys);
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Member(Groups, 1, 1)));
        set.ActionProfileActions[0].Weight = 9;
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Modify, Of(entry)));
        set.ActionProfileActions[0].Weight = 1;
        set.ActionSelectionMode = (ActionProfileActionSet.Types.ActionSelectionMode)7;
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Modify, Of(entry)));
        Ok(Type.Delete, Of(entry));
        Ok(Type.Insert, Member(Groups, 1, 1));
        set.ActionSelectionMode = ActionProfileActionSet.Types.ActionSelectionMode.Hash;
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, Of(entry)));
    }

    [Fact]
    public void OneShot_Random_DrawsForEachPacketByWeight()
    {
        TableEntry entry = Key("by_group", "hdr.probe.a=5");
        ActionProfileActionSet set = new();
        set.ActionProfileActions.Add(new ActionProfileAction { Action = Call("set value=21"), Weight = 3 });
        set.ActionProfileActions.Add(new ActionProfileAction { Action = Call("set value=22"), Weight = 1, WatchPort = Bytes(3) });
        entry.Action = new TableAction { ActionProfileActionSet = set };
        Ok(Type.Insert, Of(entry));
        Assert.Single(OneFlow());
        set.ActionSelectionMode = ActionProfileActionSet.Types.ActionSelectionMode.Random;
        Ok(Type.Modify, Of(entry));
        Dictionary<int, int> drawn = OneFlow();
        Assert.InRange(drawn[21], 250, 350);
        Assert.Equal(400, drawn[21] + drawn[22]);
        Assert.Equal(entry, Assert.Single(_fixture.Read(new TableEntry { TableId = entry.TableId })));
        _fixture.Bench.Switch.SetPortUp(3, false);
        Assert.Equal([21], OneFlow().Keys);

        Dictionary<int, int> OneFlow() => Enumerable.Range(0, 400).Select(_ => _fixture.Probe(5, 7)).CountBy(v => v).ToDictionary();
    }

    private static Entity Member(uint profile, uint id, int value) =>
        new() { ActionProfileMember = new() { ActionProfileId = profile, MemberId = id, Action = Call($"set value={value}") } };

    private static Entity Group(uint id, int maxSize, params (uint Member, int Weight, byte[] Port)[] members)
    {
        ActionProfileGroup group = new() { ActionProfileId = Groups, GroupId = id, MaxSize = maxSize };
        foreach ((uint member, int weight, byte[] port) in members)
        {
            ActionProfileGroup.Types.Member added = new() { MemberId = member, Weight = weight };
            if (port.Length > 0)
            {
                added.WatchPort = Bytes(port);
            }

            group.Members.Add(added);
        }

        return new Entity { ActionProfileGroup = group };
    }

    private Dictionary<int, int> Spread() => Enumerable.Range(0, 64).Select(i => _fixture.Probe(5, (uint)i * 2654435761u)).CountBy(v => v).ToDictionary();

    private StatusCode Try(Type type, Entity entity) => _fixture.Controller.Try(type, entity).Code;

    private void Ok(Type type, Entity entity) => Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(type, entity));
}
