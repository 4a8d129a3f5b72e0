using Telemetry.Cli.Tests.Programs;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>A small matrix: two topologies by each target by two scenarios; every lab is right, whatever else the machine does.</summary>
public class LabMatrixTests
{
    private const string Mininet = "/usr/bin/mn";
    private const string Ping = "/usr/bin/ping";
    private const string Nft = "/usr/sbin/nft";

    [RequiresFact("root", Mininet, Ping, Nft)]
    public Task Matrix_EmbeddedSwitch_EveryLabIsRight() => RunAsync("soft");

    [RequiresFact("root", Mininet, Ping, Nft, "simple_switch_grpc")]
    public Task Matrix_Bmv2_EveryLabIsRight() => RunAsync("bmv2");

    private static async Task RunAsync(string target)
    {
        (int code, string output, string errors) = await TelemetryProcess.RunAsync(
            "lab", "matrix", "--topologies", "linear-2", "leafspine-1x2", "--targets", target, "--scenarios", "steady", "incast", "--seconds", "3");

        Assert.True(code == 0, output + errors);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["topology", "target", "scenario"], Words(lines[0])[..3]);
        Assert.Equal(
            [
                $"linear-2 {target} steady right", $"linear-2 {target} incast right",
                $"leafspine-1x2 {target} steady right", $"leafspine-1x2 {target} incast right",
            ],
            lines[1..].Select(Words).Select(cells => $"{cells[0]} {cells[1]} {cells[2]} {cells[^1]}"));
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
