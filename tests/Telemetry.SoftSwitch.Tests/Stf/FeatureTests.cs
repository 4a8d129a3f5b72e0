using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Tests.Support;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Our own feature programs, each with the frames that it sends; BMv2 sent the same.</summary>
public sealed class FeatureTests
{
    public static TheoryData<string> Programs() => [.. SamplePrograms.Names.Where(n => !n.Contains('/', StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Programs))]
    public void Run_FeatureProgram_SendsWhatBmv2Sends(string name) => Assert.Empty(StfRunner.Run(
        SwitchProgram.Load(Repository.Bytes("tests", "data", "p4", name, name + ".json")),
        StfParser.Parse(Repository.Text("tests", "data", "p4", name, name + ".stf"))));

    [Theory, MemberData(nameof(Programs))]
    public void RunThroughP4Runtime_FeatureProgram_SendsWhatBmv2Sends(string name) => Assert.Empty(StfRunner.Run(
        Repository.Bytes("tests", "data", "p4", name, name + ".json"),
        P4InfoIndex.FromText(Repository.Text("tests", "data", "p4", name, name + ".p4info.txtpb")),
        StfParser.Parse(Repository.Text("tests", "data", "p4", name, name + ".stf"))));
}
