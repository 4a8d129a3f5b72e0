using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Tests.Support;

namespace Telemetry.SoftSwitch.Tests.Programs;

/// <summary>What p4c made of the sample programs.</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Samples() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "data", "p4"), "*.p4info.txtpb", SearchOption.AllDirectories).Select(f => Path.GetFileName(Path.GetDirectoryName(f))!).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Samples))]
    public void SetPipeline_Sample_IsAcceptedWithItsP4Info(string name)
    {
        using Bench bench = new(null);
        TestController controller = new(bench.Switch);
        P4InfoIndex info = P4InfoIndex.FromText(Repository.Text("tests", "data", "p4", name, name + ".p4info.txtpb"));
        controller.SetPipeline(Repository.Bytes("tests", "data", "p4", name, name + ".json"), info);
        Assert.NotNull(bench.Switch.Program);
        bench.Send(1, new string('0', 128));
        Assert.Equal(1, bench.Switch.GetPortStatistics(1).RxPackets);
    }
}
