using System.Globalization;
using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;

namespace Telemetry.SoftSwitch.Tests.Service;

/// <summary>A switch that runs tests/data/p4/service, and its primary controller.</summary>
internal sealed class ServiceFixture : IDisposable
{
    public ServiceFixture(bool withPipeline = true)
    {
        Bench = new Bench(null, new SwitchOptions { Name = "s1", PortNames = new Dictionary<string, int> { ["uplink"] = 3 } });
        Controller = new TestController(Bench.Switch);
        if (withPipeline)
        {
            Controller.SetPipeline(Json, Info);
        }
    }

    public static P4InfoIndex Info { get; } = P4InfoIndex.FromText(Repository.Text("tests", "data", "p4", "service", "service.p4info.txtpb"));

    public static byte[] Json { get; } = Repository.Bytes("tests", "data", "p4", "service", "service.json");

    public Bench Bench { get; }

    public TestController Controller { get; }

    /// <summary>An entry from text: "hdr.probe.a=5 hdr.probe.b=1..9", "set value=3".</summary>
    public static TableEntry Entry(string table, string match, string action, int priority = 0)
    {
        TableEntry entry = Key(table, match, priority);
        entry.Action = new TableAction { Action = Call(action) };
        return entry;
    }

    public static TableEntry Key(string table, string match, int priority = 0) =>
        Info.Tables.Get(table).Key(match.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(m => m.Split('=')).Select(m => (m[0], m[1])), priority);

    public static P4.V1.Action Call(string text)
    {
        string[] words = text.Split(' ');
        return Info.Actions.Get(words[0]).Call([.. words.Skip(1).Select(w => w.Split('=')).Select(w => (w[0], (P4Value)w[1]))]);
    }

    public static Entity Of(TableEntry entry) => new() { TableEntry = entry };

    public static uint TableId(string name) => Info.Tables.Get(name).Id;

    public static ByteString Bytes(params byte[] bytes) => ByteString.CopyFrom(bytes);

    /// <summary>The out_value of a probe that went through, -1 when nothing left port 2.</summary>
    public int Probe(int a = 0, uint b = 0, int flags = 0, int kind = 1, int to = 2)
    {
        TestController.StayInline();
        int before = Bench.Wires[to].Frames.Count;
        Bench.Send(1, string.Create(CultureInfo.InvariantCulture, $"{kind:X2}{flags:X2}{a:X4}{b:X8}0000"));
        return Bench.Wires[to].Frames.Count == before ? -1 : Convert.ToInt32(Bench.Wires[to].Frames[^1].Hex[16..20], 16);
    }

    /// <summary>Lets virtual time pass.</summary>
    public void Run(long milliseconds)
    {
        TestController.StayInline();
        Bench.Loop.RunUntil(Bench.Loop.NowNs + (milliseconds * 1_000_000));
    }

    public List<TableEntry> Read(TableEntry filter) => [.. Controller.Read(Of(filter)).Select(e => e.TableEntry)];

    public void Dispose() => Bench.Dispose();
}
