using P4.V1;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Ports;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Switch = Telemetry.SoftSwitch.Switching.Switch;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Entities;

/// <summary>Groups whose members watch ports, P4Runtime v1.5, section 9.2.3: whatever takes a port down, packets go to the others at once.</summary>
public sealed class WatchPortTests
{
    private static readonly uint Groups = Info.ActionProfiles.Get("groups").Id;

    [Fact]
    public void AttachPort_MembersWatchAPortThatIsNotThereYet_TakePartOnceItIs()
    {
        using ServiceFixture fixture = new();
        Program(fixture.Controller, 3, 40);
        Assert.Equal([13], Values(fixture));
        fixture.Bench.Switch.AttachPort(40, new RecordingPort(fixture.Bench.Loop), new PortOptions());
        Assert.Equal([13, 50], Values(fixture));
    }

    [Fact]
    public void SetPipeline_PortIsDownBefore_NewGroupsPassItOver()
    {
        using ServiceFixture fixture = new();
        fixture.Bench.Switch.SetPortUp(3, false);
        fixture.Controller.SetPipeline(Json, Info);
        Program(fixture.Controller, 3, 4);
        Assert.Equal([14], Values(fixture));
        fixture.Bench.Switch.SetPortUp(3, true);
        Assert.Equal([13, 14], Values(fixture));
    }

    [InterfaceFact]
    public async Task Cable_CutAtItsFarEndAndMended_MembersLeaveAndComeBack()
    {
        using VethPair first = new();
        using VethPair second = new();
        EventLoop loop = new();
        using PacketSocketPort one = new(first.A, loop);
        using PacketSocketPort two = new(second.A, loop);
        RecordingPort output = new(loop);
        Switch made = new(loop, new SwitchOptions { Name = "s1" });
        made.AttachPort(2, output, new PortOptions());
        made.AttachPort(3, one, new PortOptions());
        made.AttachPort(4, two, new PortOptions());
        TestController controller = new(made);
        controller.SetPipeline(Json, Info);
        Program(controller, 3, 4);
        one.Start(made, 3);
        two.Start(made, 4);
        using RealTimeLoop real = new(loop);
        await Expect([13, 14]);
        VethPair.Run("ip", $"link set {first.B} down");
        await Expect([14]);
        VethPair.Run("ip", $"link set {second.B} down");
        await Expect([0]);
        VethPair.Run("ip", $"link set {first.B} up");
        await Expect([13]);

        Task Expect(int[] values) => real.Until(
            () =>
            {
                output.Frames.Clear();
                for (int i = 0; i < 64; i++)
                {
                    made.Receive(1, Convert.FromHexString($"01000005{(uint)i * 2654435761u:X8}0000"));
                }

                return values.SequenceEqual(output.Frames.Select(f => Convert.ToInt32(f.Hex[16..20], 16)).Distinct().Order());
            },
            $"members {string.Join(", ", values)}");
    }

    /// <summary>Group 7 of one member for each port, which writes 10 more than its port's number.</summary>
    private static void Program(TestController controller, params int[] ports)
    {
        ActionProfileGroup group = new() { ActionProfileId = Groups, GroupId = 7, MaxSize = 8 };
        foreach (int port in ports)
        {
            controller.Write(Type.Insert, new Entity { ActionProfileMember = new() { ActionProfileId = Groups, MemberId = (uint)port, Action = Call($"set value={port + 10}") } });
            group.Members.Add(new ActionProfileGroup.Types.Member { MemberId = (uint)port, Weight = 1, WatchPort = Bytes((byte)port) });
        }

        controller.Write(Type.Insert, new Entity { ActionProfileGroup = group });
        TableEntry entry = Key("by_group", "hdr.probe.a=5");
        entry.Action = new TableAction { ActionProfileGroupId = 7 };
        controller.Insert(entry);
    }

    private static IEnumerable<int> Values(ServiceFixture fixture) =>
        Enumerable.Range(0, 64).Select(i => fixture.Probe(5, (uint)i * 2654435761u)).Distinct().Order();
}
