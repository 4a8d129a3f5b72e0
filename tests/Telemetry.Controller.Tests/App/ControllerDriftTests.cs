using P4.V1;
using Telemetry.Controller.App;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Fakes;

namespace Telemetry.Controller.Tests.App;

/// <summary>What other clients write is noticed while the controller is primary, and corrected or kept.</summary>
public sealed class ControllerDriftTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _drift = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DriftCheck_EntriesAddedChangedAndRemoved_ToldOnceAndAsThePolicySays(bool keep)
    {
        (ControllerApp app, FakeSwitch fake) = Start(TimeSpan.FromSeconds(1), keep);
        Dictionary<string, Entity> before = fake.Entities.ToDictionary(e => e.Key, e => e.Value.Clone());
        string removed = fake.Entities.Keys.First(k => k.StartsWith("table", StringComparison.Ordinal) && fake.Entities[k].TableEntry.Action?.Action is not null && !fake.Entities[k].TableEntry.IsDefaultAction);
        Entity foreign = fake.Entities[removed].Clone();
        fake.Entities.Remove(removed);
        foreign.TableEntry.Match[0] = Networks.Program.Table("ipv4_lpm").Key(m => m.Lpm("hdr.ipv4.dst_addr", "10.77.0.0/16")).Entity.TableEntry.Match[0];
        foreign.TableEntry.TableId = Networks.Program.Index.Tables.Get("ipv4_lpm").Id;
        foreign.TableEntry.Action = new TableAction { Action = new P4.V1.Action { ActionId = Networks.Program.Index.Actions.Get("drop").Id } };
        string key = EntityKey.Of(foreign);
        fake.Entities.Add(key, foreign);
        fake.Writes.Clear();

        _time.Advance(3500);
        Assert.Equal(2, _drift.Count);
        Assert.Contains(_drift, d => d.StartsWith("s1 removed by another client: ", StringComparison.Ordinal));
        Assert.Contains("s1 added by another client: Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.77.0.0/16 -> Ingress.drop()", _drift);
        if (keep)
        {
            Assert.Empty(fake.Writes);
            Assert.Contains(key, fake.Entities.Keys);
        }
        else
        {
            Assert.Equal([Update.Types.Type.Insert, Update.Types.Type.Delete], fake.Writes.SelectMany(w => w).Select(u => u.Type));
            Assert.Equal(before[removed], fake.Entities[removed]);
        }

        Assert.All(app.Switches, s => Assert.Equal(SwitchState.Primary, s.State));
        Assert.True(app.DisposeAsync().AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void DriftCheck_NothingChanged_WritesNothing()
    {
        (ControllerApp app, FakeSwitch fake) = Start(TimeSpan.FromMilliseconds(100), keep: false);
        fake.Writes.Clear();
        _time.Advance(5000);
        Assert.Empty(fake.Writes);
        Assert.Empty(_drift);
        Assert.True(app.DisposeAsync().AsTask().IsCompletedSuccessfully);
    }

    private (ControllerApp App, FakeSwitch S1) Start(TimeSpan interval, bool keep)
    {
        ManualTime.TakeThread();
        FakeNetwork network = new(Networks.Linear3, _time);
        ControllerApp app = new(
            Networks.Linear3,
            new ControllerOptions { Program = Networks.Program, ProbeKey = [1], DriftCheck = interval, KeepDrift = keep },
            _time,
            node => network.Switches[node.Name].Connect());
        app.DriftFound += (name, drift) => _drift.Add($"{name} {drift}");
        Assert.True(app.StartAsync().IsCompletedSuccessfully);
        _time.Advance(1000);
        _drift.Clear();
        return (app, network.Switches["s1"]);
    }
}
