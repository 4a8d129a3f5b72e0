using Telemetry.Controller.App;
using Telemetry.Controller.Discovery;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tests.App;

public sealed class ControllerAppTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _links = [];
    private readonly List<string> _switches = [];

    [Fact]
    public void StartAsync_AllAnswer_ProgramsThemBeforeItReturns()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);

        Assert.True(app.StartAsync().IsCompletedSuccessfully);

        Assert.All(app.Switches, s => Assert.Equal(SwitchState.Primary, s.State));
        // ECMP seed, node and report, a group and its backup, 4 routes, clone session, sink, 2 rules, source, punt
        Assert.Equal(15, network.Switches["l1"].Entities.Count);
        Assert.Equal(17, network.Switches["s1"].Entities.Count);
        Assert.Equal(app.Switches[0].EntriesInstalled, network.Switches["l1"].Entities.Count);
        Assert.All(app.Links, l => Assert.Equal(LinkHealth.Unknown, l.Health));
        End(app);
    }

    [Fact]
    public void Probes_CrossEveryLink_MakeThemUpOnce()
    {
        (ControllerApp app, _) = Make(Networks.Linear3);
        _ = app.StartAsync();

        _time.Advance(1000);

        Assert.Equal(
            ["200 s1-p3 s2-p2 up 1 probe in each direction", "200 s2-p3 s3-p2 up 1 probe in each direction"], _links);
        Assert.Equal(0, app.ForeignProbes);
        Assert.Empty(app.WiringFaults);
        End(app);
    }

    [Theory]
    [InlineData("s1", 1, "from s1-p1 to l1-p2")]
    [InlineData("l1", 2, "from l1-p2 to s1-p1")]
    public void Probes_OneDirectionMissing_TakeTheLinkDownAndRouteAround(string device, int port, string direction)
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        _ = app.StartAsync();
        _time.Advance(1050);
        int links = _links.Count;
        ClearWrites(network);

        network.Cut(device, port);
        _time.Advance(450);

        Assert.Equal(8, links);
        Assert.Equal([$"1100 l1-p2 s1-p1 down 3 probes missed {direction}"], _links.Skip(links));
        // Only what changed: l1 leaves its group, the other leaves reach h1 over s2 (with s1 for a backup), s1 over a leaf.
        Assert.Equal(["modify 3", "delete 2"], WritesOf(network, "l1"));
        Assert.Equal(["insert 2", "modify 1"], WritesOf(network, "l2"));
        Assert.Equal(["insert 8", "modify 4", "delete 8"], WritesOf(network, "s1"));
        Assert.Equal(["insert 6", "modify 4", "delete 8"], WritesOf(network, "s2")); // l1 is nobody's backup any more

        network.Mend(device, port);
        ClearWrites(network);
        _time.Advance(500);

        Assert.Equal("1900 l1-p2 s1-p1 up 3 probes in each direction", _links[^1]);
        Assert.Equal(["insert 2", "modify 3"], WritesOf(network, "l1"));
        Assert.Equal(LinkHealth.Up, app.Links[0].Health);
        End(app);
    }

    [Fact]
    public void Drain_LinkIsUp_RoutesLeaveItAndComeBackAndItStaysUp()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        _ = app.StartAsync();
        _time.Advance(1050);
        int links = _links.Count;
        ClearWrites(network);

        app.Drain("s1", "l1", drained: true);
        _time.Advance(450);

        Assert.Equal(["modify 3", "delete 2"], WritesOf(network, "l1"));
        ClearWrites(network);
        app.Drain("l1", "s1", drained: false);
        _time.Advance(450);

        Assert.Equal(["insert 2", "modify 3"], WritesOf(network, "l1"));
        Assert.Equal(links, _links.Count);
        Assert.Throws<ArgumentException>(() => app.Drain("s1", "s2", drained: true));
        End(app);
    }

    [Fact]
    public void Probes_TwoMissed_ChangeNothing()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.Linear3);
        _ = app.StartAsync();
        _time.Advance(1050);

        network.Cut("s1", 3);
        _time.Advance(75); // loses the probe of 1100 and the one that doubts it, 20 ms later
        network.Mend("s1", 3);
        _time.Advance(1000);

        Assert.Equal(2, _links.Count);
        Assert.Equal(0, app.RouteChanges - 1); // the first one found the links up
        End(app);
    }

    [Fact]
    public void Probes_EverythingLate_ChangesNothing()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        _ = app.StartAsync();
        _time.Advance(1050);
        int links = _links.Count;

        // A second in which nobody runs who forwards or answers, as on a machine that is busy elsewhere.
        foreach (string name in network.Switches.Keys)
        {
            network.Hang(name);
        }

        _time.Advance(1000);
        foreach (string name in network.Switches.Keys)
        {
            network.Resume(name);
        }

        _time.Advance(1000);
        Assert.Equal(links, _links.Count);
        End(app);
    }

    [Fact]
    public void SwitchHangs_StreamStays_ItsLinksGoDownAndComeBackOnce()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        _ = app.StartAsync();
        _time.Advance(1050);
        int links = _links.Count;

        network.Hang("s1");
        _time.Advance(1100);
        Assert.Equal(4, _links.Count - links);
        Assert.All(_links.Skip(links), l => Assert.Contains("down s1 does not answer", l, StringComparison.Ordinal));

        network.Resume("s1");
        _time.Advance(3000);
        Assert.Equal(8, _links.Count - links);
        Assert.All(app.Links, l => Assert.Equal(LinkHealth.Up, l.Health));
        End(app);
    }

    [Fact]
    public void Probes_ProgramSendsNoEchoes_TimeTellsAlone()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        network.EchoesPackets = false;
        _ = app.StartAsync();
        _time.Advance(1050);
        int links = _links.Count;

        network.Cut("s1", 1);
        _time.Advance(700);
        Assert.Equal(links, _links.Count);
        _time.Advance(200);

        Assert.Equal(["1100 l1-p2 s1-p1 down 8 probes missed from s1-p1 to l1-p2"], _links.Skip(links));
        End(app);
    }

    [Fact]
    public void Restart_SwitchLostItsState_GetsEverythingAgain()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.Linear3);
        _ = app.StartAsync();
        _time.Advance(1000);
        string[] before = [.. network.Switches["s2"].Entities.Keys];

        network.Switches["s2"].Restart();
        Assert.Equal(SwitchState.Lost, app.Switches[1].State);
        _time.Advance(100);

        Assert.Equal(before, network.Switches["s2"].Entities.Keys);
        Assert.Equal(2, network.Switches["s2"].Pushes);
        Assert.Equal((SwitchState.Primary, 2), (app.Switches[1].State, app.Switches[1].Connects));
        _time.Advance(1000);
        Assert.Equal(2, _links.Count); // gone for less than three probes
        End(app);
    }

    [Fact]
    public void Reconnect_StateChangedMeanwhile_WritesOnlyTheDifference()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.Linear3);
        _ = app.StartAsync();
        FakeSwitch fake = network.Switches["s2"];
        string[] before = [.. fake.Entities.Keys];
        fake.Drop();
        string route = before.First(k => k.StartsWith("table 02000001", StringComparison.Ordinal));
        P4.V1.Entity stray = fake.Entities[route].Clone();
        stray.TableEntry.Match[0].Lpm.PrefixLen = 7;
        fake.Entities.Remove(route);
        fake.Entities.Add("table 02000001 1=0xa000101/7", stray);
        ClearWrites(network);

        _time.Advance(1000); // it waits for its links to be known

        Assert.Equal(before, fake.Entities.Keys);
        Assert.Equal(1, fake.Pushes);
        // default actions cannot be listed, so that they are written again
        Assert.Equal(["modify 3", "insert 1", "delete 1"], WritesOf(network, "s2"));
        End(app);
    }

    [Fact]
    public void SecondController_FirstEnds_TakesOverWithoutTouchingWhatIsRight()
    {
        (ControllerApp first, FakeNetwork network) = Make(Networks.LeafSpine, Options with { ElectionId = 9 });
        _ = first.StartAsync();
        ControllerApp second = new(Networks.LeafSpine, Options with { ElectionId = 3, ProbeKey = [2] }, _time, node => network.Switches[node.Name].Connect());
        _ = second.StartAsync();
        _time.Advance(1050);
        network.Cut("l1", 2);
        _time.Advance(1000);
        Assert.All(second.Switches, s => Assert.Equal(SwitchState.Backup, s.State));
        string[] before = [.. network.Switches.SelectMany(s => s.Value.Entities).Select(e => $"{e.Key} {e.Value}")];
        ClearWrites(network);

        End(first);
        _time.Advance(600);

        Assert.All(second.Switches, s => Assert.Equal(SwitchState.Primary, s.State));
        Assert.Equal(before, network.Switches.SelectMany(s => s.Value.Entities).Select(e => $"{e.Key} {e.Value}"));
        // Only default actions, which cannot be listed: nobody was sent over the dead link meanwhile.
        Assert.All(network.Switches.Values.SelectMany(s => s.Writes).SelectMany(w => w), u => Assert.True(u.Entity.TableEntry.IsDefaultAction));
        Assert.Equal(LinkHealth.Down, second.Links.Single(l => l.A == new LinkEnd("l1", 2)).Health);
        Assert.All(network.Switches.Values, s => Assert.Equal(1, s.Pushes));

        // The first one comes back with the id that it had, and stands by.
        ControllerApp again = new(Networks.LeafSpine, Options with { ElectionId = 9 }, _time, node => network.Switches[node.Name].Connect());
        _ = again.StartAsync();
        _time.Advance(500);
        Assert.All(again.Switches, s => Assert.Equal(SwitchState.Backup, s.State));
        Assert.All(second.Switches, s => Assert.Equal(SwitchState.Primary, s.State));
        End(again);
        End(second);
    }

    [Fact]
    public void SwitchGone_StaysAway_ItsLinksGoDown()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        _ = app.StartAsync();
        _time.Advance(1050);
        int links = _links.Count;

        network.Switches["s1"].Away = true;
        network.Switches["s1"].Drop();
        _time.Advance(400);

        Assert.Equal(4, _links.Count - links);
        Assert.All(_links.Skip(links), l => Assert.Contains("down s1 does not answer", l, StringComparison.Ordinal));
        Assert.Equal(SwitchState.Lost, app.Switches[4].State);
        network.Switches["s1"].Away = false;
        _time.Advance(3000);
        Assert.All(app.Links, l => Assert.Equal(LinkHealth.Up, l.Health));
        End(app);
    }

    [Fact]
    public void StartAsync_SwitchCannotYetTakeIntOff_NobodyStartsIt()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        network.Switches["l4"].Away = true;
        bool Starts(string name) => network.Switches[name].Entities.Keys.Any(k => k.StartsWith("table 02000004", StringComparison.Ordinal));

        _ = app.StartAsync();
        _time.Advance(1000);
        Assert.All(["l1", "l2", "l3"], name => Assert.False(Starts(name)));
        Assert.Contains("table 02000006 1=0x1", network.Switches["l1"].Entities.Keys); // but all can end it

        network.Switches["l4"].Away = false;
        _time.Advance(1500);
        Assert.All(["l1", "l2", "l3", "l4"], name => Assert.True(Starts(name)));
        End(app);
    }

    [Fact]
    public void StartAsync_SwitchNeverAnswers_WaitsAndRoutesAroundAfterTheGrace()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.LeafSpine);
        network.Switches["s2"].Away = true;

        Task start = app.StartAsync();
        _time.Advance(3500);

        Assert.False(start.IsCompleted);
        Assert.Equal(SwitchState.Connecting, app.Switches[5].State);
        Assert.Equal(4, app.Links.Count(l => l.Health == LinkHealth.Down));
        network.Switches["s2"].Away = false;
        _time.Advance(5000);
        Assert.True(start.IsCompletedSuccessfully);
        End(app);
    }

    [Fact]
    public void StartAsync_PipelineRefused_FailsWithTheSwitchsWords()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.Linear3);
        network.Switches["s3"].PipelineFault = "unknown primitive";

        Task start = app.StartAsync();

        P4RuntimeException fault = Assert.IsType<P4RuntimeException>(start.Exception!.InnerException);
        Assert.Contains("s3: push of program fabric: InvalidArgument: unknown primitive", fault.Message, StringComparison.Ordinal);
        Assert.Equal(SwitchState.Refused, app.Switches[2].State);
        End(app);
    }

    [Fact]
    public void OnPacket_ForeignOrMiswiredProbe_IsNoSignOfLife()
    {
        (ControllerApp app, FakeNetwork network) = Make(Networks.Linear3);
        _ = app.StartAsync();
        _time.Advance(100);
        byte[] foreign = new ProbeBook(Networks.Linear3, [9]).Make(new LinkEnd("s1", 3), 1).Frame;

        network.Switches["s2"].SendPacketIn(2, Google.Protobuf.ByteString.CopyFrom(foreign));
        network.Switches["s2"].SendPacketIn(2, network.LastFrames[new LinkEnd("s3", 2)]);

        Assert.Equal(1, app.ForeignProbes);
        Assert.Equal(["s3-p2 is wired to s2-p2, not as in the topology"], app.WiringFaults);
        End(app);
    }

    [Fact]
    public void DisposeAsync_WhilePrimary_EndsWithoutSayingLost()
    {
        (ControllerApp app, _) = Make(Networks.Linear3);
        _ = app.StartAsync();

        End(app);

        Assert.Equal(["s1 Primary", "s2 Primary", "s3 Primary"], _switches);
    }

    [Fact]
    public void RunAsync_ConnectThrowsABug_FailsTheStartAndTheEnd()
    {
        ManualTime.TakeThread();
        ControllerApp app = new(Networks.Linear3, Options, _time, _ => throw new InvalidTimeZoneException("a bug"));

        Assert.IsType<InvalidTimeZoneException>(app.StartAsync().Exception!.InnerException);
        Assert.IsType<InvalidTimeZoneException>(app.DisposeAsync().AsTask().Exception!.InnerException);
        Assert.All(app.Switches, s => Assert.Equal((SwitchState.Refused, "a bug"), (s.State, s.Detail)));
    }

    [Fact]
    public void RuntimeFile_OnOneSwitch_ReplacesItsRoutes()
    {
        string folder = Directory.CreateTempSubdirectory("app").FullName;
        string path = Path.Combine(folder, "s2-runtime.json");
        File.WriteAllText(path, """
            {"table_entries": [{"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst_addr": ["10.0.0.0", 8]},
              "action_name": "Ingress.set_next_hop", "action_params": {"dst_mac": "08:00:00:00:01:11", "port": 2}}]}
            """);
        Topology topology = Networks.Linear3 with
        {
            Switches = [.. Networks.Linear3.Switches.Select(s => s.Name == "s2" ? s with { RuntimeFile = path } : s)],
        };
        (ControllerApp app, FakeNetwork network) = Make(topology);

        _ = app.StartAsync();

        Assert.Equal(
            ["table 02000001 1=0xa000000/8"],
            network.Switches["s2"].Entities.Keys.Where(k => k.StartsWith("table 02000001", StringComparison.Ordinal)));
        Assert.Contains("table 02000006 1=0x1", network.Switches["s2"].Entities.Keys);
        End(app);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void StartAsync_RuntimeFileWithFaults_ContactsNobody()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, """{"table_entries": [{"table": "T", "action_name": "a"}]}""");
        Topology topology = Networks.Linear3 with
        {
            Switches = [.. Networks.Linear3.Switches.Select(s => s with { RuntimeFile = path })],
        };
        (ControllerApp app, FakeNetwork network) = Make(topology);

        Task start = app.StartAsync();

        ControllerInputException fault = Assert.IsType<ControllerInputException>(start.Exception!.InnerException);
        Assert.StartsWith($"{path}:1: table_entries[0]: no table T; known:", fault.Message, StringComparison.Ordinal);
        Assert.Single(fault.Faults);
        Assert.All(network.Switches.Values, s => Assert.Null(s.Cookie));
        End(app);
        File.Delete(path);
    }

    [Fact]
    public void Run_Twice_GivesTheSameWritesAndEvents()
    {
        Assert.Equal(Trace(), Trace());

        string Trace()
        {
            ManualTime.TakeThread();
            ManualTime time = new();
            FakeNetwork network = new(Networks.LeafSpine, time);
            List<string> events = [];
            ControllerApp app = new(Networks.LeafSpine, Options, time, node => network.Switches[node.Name].Connect());
            app.LinkChanged += l => events.Add($"{l}");
            app.SwitchChanged += s => events.Add($"{s}");
            _ = app.StartAsync();
            time.Advance(700);
            network.Cut("s1", 2);
            time.Advance(700);
            events.AddRange(network.Switches.SelectMany(s => s.Value.Writes.Select(w => $"{s.Key} {string.Join(' ', w)}")));
            End(app);
            return string.Join('\n', events);
        }
    }

    private static ControllerOptions Options { get; } = new()
    {
        Program = Networks.Program,
        Report = Networks.Report,
        ProbeKey = [1],
    };

    private (ControllerApp App, FakeNetwork Network) Make(Topology topology, ControllerOptions? options = null)
    {
        ManualTime.TakeThread();
        FakeNetwork network = new(topology, _time);
        ControllerApp app = new(topology, options ?? Options, _time, node => network.Switches[node.Name].Connect());
        app.LinkChanged += l => _links.Add(
            $"{l.TimeNs / 1_000_000} {l.A.Device}-p{l.A.Port} {l.B.Device}-p{l.B.Port} {(l.Up ? "up" : "down")} {l.Reason}");
        app.SwitchChanged += s => _switches.Add($"{s.Name} {s.State}");
        return (app, network);
    }

    private static void ClearWrites(FakeNetwork network)
    {
        foreach (FakeSwitch fake in network.Switches.Values)
        {
            fake.Writes.Clear();
        }
    }

    private static IEnumerable<string> WritesOf(FakeNetwork network, string name) => network.Switches[name].Writes
        .Select(w => $"{w[0].Type.ToString().ToLowerInvariant()} {w.Count}");

    private static void End(ControllerApp app) => Assert.True(app.DisposeAsync().AsTask().IsCompletedSuccessfully);
}
