using System.Globalization;
using System.Text.Json.Nodes;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;

namespace Telemetry.Lab.Live;

internal sealed partial class LiveMininet
{
    private const double UsualScenarioSeconds = 15;

    /// <summary>As in a scenario's file.</summary>
    private const int MostDelayMs = 60_000;

    private int _played;

    public async Task RunCommandAsync(string command, LabOptions run, SwapProgram swap, CancellationToken cancellation)
    {
        Priority.RaiseThreads(ReportsThread);
        LabRequests requests = new(options.WorkFolder, (request, stop) => AnswerAsync(request, run, swap, stop), cancellation);
        await using (requests.ConfigureAwait(false))
        {
            _commandExitCode = await LabShell.RunAsync(options.WorkFolder, command, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<JsonNode?> AnswerAsync(JsonObject request, LabOptions run, SwapProgram swap, CancellationToken cancellation)
    {
        return (string?)request["do"] switch
        {
            "scenario" => await ScenarioAsync(
                Text("name"), request["seconds"] is { } seconds ? (double)seconds : UsualScenarioSeconds, run, cancellation).ConfigureAwait(false),
            "swap" => JsonValue.Create(await swap(Text("switch"), Text("program"), options.WorkFolder, cancellation).ConfigureAwait(false)),
            "delay" => await DelayAsync(Text("a"), Text("b"), Number("delay_ms"), Number("jitter_ms"), cancellation).ConfigureAwait(false),
            var unknown => throw new LabException($"unknown request {unknown}: scenario, swap or delay expected"),
        };

        string Text(string key) => (string?)request[key] ?? throw new LabException($"{key} is missing");

        double Number(string key) => request[key] is { } number ? (double)number : throw new LabException($"{key} is missing");
    }

    private async Task<JsonNode?> DelayAsync(string a, string b, double delayMs, double jitterMs, CancellationToken cancellation)
    {
        if (!(delayMs is >= 0 and <= MostDelayMs && jitterMs is >= 0 and <= MostDelayMs))
        {
            throw new LabException($"a link's delay and jitter are 0 to {MostDelayMs} ms");
        }

        if (!topology.Links.Any(l => (l.A.Device == a && l.B.Device == b) || (l.A.Device == b && l.B.Device == a)))
        {
            throw new LabException($"no link between {a} and {b}");
        }

        await Delays().SetAsync(new SlowAction(0, a, b, (long)(delayMs * 1e6), (long)(jitterMs * 1e6)), cancellation).ConfigureAwait(false);
        return null;
    }

    /// <summary>Plays a scenario between what people do, mends what it broke, and tells its truth, in seconds since it began; the run's has it too.</summary>
    private async Task<JsonNode?> ScenarioAsync(string name, double seconds, LabOptions run, CancellationToken cancellation)
    {
        MininetNetwork network = Network();
        (run with { Scenario = name, Seconds = seconds }).Validate();
        using MininetTraffic traffic = new(topology, seed + (ulong)++_played, time, options.Target);
        MininetTraffic whole = _traffic ?? throw new InvalidOperationException("the network is not up");
        long aheadNs = await whole.NowAsync().ConfigureAwait(false) - await traffic.NowAsync().ConfigureAwait(false);
        (ScenarioPlan plan, long startNs) = await PlayAsync(traffic, name, seconds, cancellation).ConfigureAwait(false);
        await new ScenarioFaults(topology, network, Delays(), traffic, Drain).MendAsync(plan, cancellation).ConfigureAwait(false);
        await network.UnshieldAsync(cancellation).ConfigureAwait(false);
        (long endNs, _) = await traffic.CompleteAsync().ConfigureAwait(false);
        whole.Truth.Absorb(traffic.Truth, endNs, aheadNs);
        return new JsonObject
        {
            ["scenario"] = plan.Name,
            ["flows"] = plan.Flows.Count,
            ["packets_sent"] = traffic.Truth.Flows.Sum(f => f.PacketsSent),
            ["packets_delivered"] = traffic.Truth.Flows.Sum(f => f.PacketsDelivered),
            ["truth"] = new JsonArray([.. traffic.Truth.Episodes(endNs).Select(e => string.Create(
                CultureInfo.InvariantCulture,
                $"{e.Kind} at {e.Entity} from {(e.StartNs - startNs) / 1e9:F1} s{(e.EndNs is { } end ? string.Create(CultureInfo.InvariantCulture, $" to {(end - startNs) / 1e9:F1} s") : "")}"))]),
            ["note"] = traffic.Shortfall(),
        };
    }
}
