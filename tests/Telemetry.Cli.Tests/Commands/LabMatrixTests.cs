using System.Text.Json;
using Telemetry.Cli.Tests.Programs;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>A small matrix: two topologies by each target by two scenarios; pings, paths and counts agree in every lab, whatever else the machine does.</summary>
public class LabMatrixTests
{
    private const string Mininet = "/usr/bin/mn";
    private const string Ping = "/usr/bin/ping";
    private const string Nft = "/usr/sbin/nft";

    [RequiresFact("root", Mininet, Ping, Nft)]
    public Task Matrix_EmbeddedSwitch_EveryLabAgrees() => RunAsync("soft");

    [RequiresFact("root", Mininet, Ping, Nft, "simple_switch_grpc")]
    public Task Matrix_Bmv2_EveryLabAgrees() => RunAsync("bmv2");

    private static async Task RunAsync(string target)
    {
        string folder = Directory.CreateTempSubdirectory("matrix-").FullName;
        try
        {
            await RunAsync(target, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string target, string folder)
    {
        (int code, string output, string errors) = await TelemetryProcess.RunAsync(
            "lab", "matrix", "--topologies", "linear-2", "leafspine-1x2", "--targets", target, "--scenarios", "steady", "incast", "--seconds", "3",
            "--json", "--out", folder);

        Assert.True(code is 0 or 1, output + errors);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement[] labs = [.. document.RootElement.GetProperty("labs").EnumerateArray()];
        Assert.Equal(
            [$"linear-2.{target}.steady", $"linear-2.{target}.incast", $"leafspine-1x2.{target}.steady", $"leafspine-1x2.{target}.incast"],
            labs.Select(l => $"{l.GetProperty("topology")}.{l.GetProperty("target")}.{l.GetProperty("scenario")}"));
        Assert.Equal(code == 0, labs.All(l => l.GetProperty("right").GetBoolean()));
        foreach (JsonElement lab in labs)
        {
            // Loss, queues and alerts of three seconds are those of a machine that runs tests besides.
            Assert.True(lab.GetProperty("fault").GetString() == "", errors);
            Assert.All(["ping", "sent", "paths"], column => Assert.True(IsWhole(lab.GetProperty(column)), errors));
            Assert.All(["loss", "queue", "latency"], column => Assert.NotEqual(0, lab.GetProperty(column).GetProperty("all").GetInt32()));
            string file = $"{lab.GetProperty("topology")}.{lab.GetProperty("target")}.{lab.GetProperty("scenario")}.json";
            using JsonDocument whole = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, file)));
            Assert.Equal(lab.GetProperty("scenario").GetString(), whole.RootElement.GetProperty("run").GetProperty("scenario").GetString());
        }
    }

    private static bool IsWhole(JsonElement column) =>
        column.GetProperty("all").GetInt32() > 0 && column.GetProperty("right").GetInt32() == column.GetProperty("all").GetInt32();
}
