using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Mininet.Delays;

namespace Telemetry.Lab.Mininet;

/// <summary>
/// A network running in Mininet: the Python process that holds it, and the jobs it can do. Must run in a network
/// namespace of its own, which whoever starts the lab makes.
/// </summary>
public sealed class MininetNetwork : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;
    private readonly string[] _hosts;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _pending = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Queue<string> _lastErrors = new();
    private readonly Task _reader;
    private readonly Task _errors;
    private int _lastId;

    private MininetNetwork(Process process, string[] hosts)
    {
        _process = process;
        _hosts = hosts;
        _errors = ReadErrorsAsync();
        _reader = ReadAsync();
    }

    /// <summary>Builds the network and waits until all its switches serve P4Runtime.</summary>
    /// <exception cref="MininetException">Mininet is not installed, or a host, link or switch could not be started.</exception>
    public static async Task<MininetNetwork> StartAsync(
        Topology topology, MininetOptions options, CancellationToken cancellation)
    {
        if (!File.Exists(Python) || !Directory.Exists("/usr/lib/python3/dist-packages/mininet"))
        {
            throw new MininetException("Mininet is not installed: apt-get install mininet iproute2 ethtool iputils-ping iperf3 nftables");
        }

        string plan = Path.Combine(options.WorkFolder, "plan.json");
        await File.WriteAllTextAsync(plan, MininetPlan.Write(topology, options), cancellation).ConfigureAwait(false);
        ProcessStartInfo start = new(Python, ["-m", "telemetry_mininet", plan])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkFolder,
        };
        start.Environment["PYTHONPATH"] = options.PackageFolder;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        MininetNetwork network = new(
            Process.Start(start) ?? throw new MininetException($"cannot start {Python}"),
            [.. topology.Hosts.Select(h => h.Name)]);
        try
        {
            await network._ready.Task.WaitAsync(cancellation).ConfigureAwait(false);
            return network;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Pings <paramref name="dst"/> from <paramref name="src"/>, five times a second.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public async Task<PingResult> PingAsync(string src, string dst, int count, CancellationToken cancellation)
    {
        JsonNode result = await DoAsync(
            new JsonObject { ["do"] = "ping", ["src"] = src, ["dst"] = dst, ["count"] = count }, cancellation).ConfigureAwait(false);
        return new PingResult(src, dst, (int)result["sent"]!, (int)result["received"]!);
    }

    /// <summary>Takes a link down or up.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task SetLinkAsync(string a, string b, bool up, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "link", ["a"] = a, ["b"] = b, ["up"] = up }, cancellation);

    /// <summary>Loses a fraction of the frames that one device sends to its neighbour; 0 ends it.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Its neighbour.</param>
    /// <param name="fraction">Of those frames that <paramref name="match"/> means.</param>
    /// <param name="match">In nft's words; empty for all.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task SetLossAsync(string from, string to, double fraction, string match, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "loss", ["a"] = from, ["b"] = to, ["fraction"] = fraction, ["match"] = match }, cancellation);

    /// <summary>Where frames from one device to its neighbour can be delayed: one entry a link between them.</summary>
    /// <exception cref="MininetException">The job failed, or the machine cannot make such a place.</exception>
    public async Task<IReadOnlyList<DelayPlace>> DelayPlacesAsync(string from, string to, CancellationToken cancellation)
    {
        JsonNode result = await DoAsync(new JsonObject { ["do"] = "delaylines", ["a"] = from, ["b"] = to }, cancellation).ConfigureAwait(false);
        return
        [
            .. result["lines"]!.AsArray().Select(l => new DelayPlace(
                (int)l!["pid"]!, (string)l["interface"]!, (string)l["near"]!, (string)l["far"]!)),
        ];
    }

    /// <summary>Lets frames from one device to its neighbour go by way of their <see cref="DelayPlace"/>, or no more.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Its neighbour.</param>
    /// <param name="on">False ends it.</param>
    /// <param name="match">Which frames, in nft's words; empty for all.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="MininetException">The job failed, or the kernel cannot divert frames.</exception>
    public Task DivertAsync(string from, string to, bool on, string match, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "divert", ["a"] = from, ["b"] = to, ["on"] = on, ["match"] = match }, cancellation);

    /// <summary>Sets the rate of one device's ports to its neighbour; a host's stays.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task SetLinkRateAsync(string from, string to, long bitsPerSecond, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "linkrate", ["a"] = from, ["b"] = to, ["bps"] = bitsPerSecond }, cancellation);

    /// <summary>Sets the rate of a switch's port.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task SetRateAsync(string switchName, int port, long bitsPerSecond, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "rate", ["switch"] = switchName, ["port"] = port, ["bps"] = bitsPerSecond }, cancellation);

    /// <summary>Ends a switch's process and its links at once, or starts it again.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task SetSwitchAsync(string switchName, bool up, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "switch", ["switch"] = switchName, ["up"] = up }, cancellation);

    /// <summary>Every host pings every other one once.</summary>
    /// <returns>One entry a pair.</returns>
    /// <exception cref="MininetException">The job failed.</exception>
    public async Task<IReadOnlyList<PingResult>> PingAllAsync(CancellationToken cancellation)
    {
        JsonNode result = await DoAsync(new JsonObject { ["do"] = "pingall", ["count"] = 1 }, cancellation).ConfigureAwait(false);
        HashSet<(string, string)> silent = [.. result["silent"]!.AsArray().Select(p => ((string)p![0]!, (string)p[1]!))];
        return
        [
            .. from src in _hosts
               from dst in _hosts
               where src != dst
               select new PingResult(src, dst, 1, silent.Contains((src, dst)) ? 0 : 1),
        ];
    }

    /// <summary>A process in a host's or router's namespaces, as numbered where this one runs.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public async Task<int> ProcessOfAsync(string device, CancellationToken cancellation) =>
        (int)(await DoAsync(new JsonObject { ["do"] = "pid", ["host"] = device }, cancellation).ConfigureAwait(false))["pid"]!;

    /// <summary>Runs a tier of the collector in its host, and returns once it serves.</summary>
    /// <param name="name">As the topology names it.</param>
    /// <param name="command">Program and arguments.</param>
    /// <param name="ready">What it says once it serves.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="MininetException">It ended, or did not serve; with what it said last.</exception>
    public Task StartTierAsync(string name, IReadOnlyList<string> command, string ready, CancellationToken cancellation) => DoAsync(
        new JsonObject { ["do"] = "tier", ["name"] = name, ["command"] = new JsonArray([.. command.Select(c => JsonValue.Create(c))]), ["ready"] = ready },
        cancellation);

    /// <summary>Ends a tier, which delivers what it has first.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task StopTierAsync(string name, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "tier", ["name"] = name }, cancellation);

    /// <summary>Waits for a tier that ends although nobody asked it to.</summary>
    /// <returns>Its name, its exit code (minus the signal that killed it), and the last line of its log.</returns>
    /// <exception cref="MininetException">The network ended, or has no tiers.</exception>
    public async Task<(string Name, int Code, string Said)> NextEndedTierAsync(CancellationToken cancellation)
    {
        JsonNode ended = await DoAsync(new JsonObject { ["do"] = "tierended" }, cancellation).ConfigureAwait(false);
        return ((string)ended["name"]!, (int)ended["code"]!, (string)ended["said"]!);
    }

    /// <summary>Loses a fraction of a switch's reports; 0 ends it.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task SetReportLossAsync(string switchName, double fraction, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "reportloss", ["switch"] = switchName, ["fraction"] = fraction }, cancellation);

    /// <summary>Keeps what arrives for these TCP and UDP ports from every host's kernel, which would refuse it aloud; raw sockets still get it.</summary>
    /// <returns>For each host of the plan, a process in its namespaces, as numbered where this one runs.</returns>
    /// <exception cref="MininetException">The job failed.</exception>
    public async Task<IReadOnlyList<int>> ShieldAsync(int firstPort, int lastPort, CancellationToken cancellation)
    {
        JsonNode result = await DoAsync(
            new JsonObject { ["do"] = "shield", ["first"] = firstPort, ["last"] = lastPort }, cancellation).ConfigureAwait(false);
        return [.. result["pids"]!.AsArray().Select(p => (int)p!)];
    }

    /// <summary>Lets hosts' kernels have what <see cref="ShieldAsync"/> kept from them.</summary>
    /// <exception cref="MininetException">The job failed.</exception>
    public Task UnshieldAsync(CancellationToken cancellation) => DoAsync(new JsonObject { ["do"] = "unshield" }, cancellation);

    /// <summary>Ends the network: its switches first, then its hosts and links.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await Task.WhenAll(_reader, _errors).ConfigureAwait(false);
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task<JsonNode> DoAsync(JsonObject request, CancellationToken cancellation)
    {
        int id = Interlocked.Increment(ref _lastId);
        request["id"] = id;
        TaskCompletionSource<JsonNode?> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = done;
        if (_reader.IsCompleted)
        {
            throw Ended();
        }

        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _process.StandardInput.WriteLineAsync(request.ToJsonString().AsMemory(), cancellation).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }

        return await done.Task.WaitAsync(cancellation).ConfigureAwait(false) ?? new JsonObject();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            JsonNode message = JsonNode.Parse(line)!;
            string? error = (string?)message["error"];
            if (message["id"] is { } id && _pending.TryRemove((int)id, out TaskCompletionSource<JsonNode?>? done))
            {
                if (error is null)
                {
                    done.TrySetResult(message["result"]);
                }
                else
                {
                    done.TrySetException(new MininetException(error));
                }
            }
            else if (error is null)
            {
                _ready.TrySetResult();
            }
            else
            {
                _ready.TrySetException(new MininetException($"Mininet did not start: {error}"));
            }
        }

        await _errors.ConfigureAwait(false);
        _ready.TrySetException(Ended());
        foreach (TaskCompletionSource<JsonNode?> waiting in _pending.Values)
        {
            waiting.TrySetException(Ended());
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (_lastErrors)
            {
                _lastErrors.Enqueue(line);
                if (_lastErrors.Count > 5)
                {
                    _lastErrors.Dequeue();
                }
            }
        }
    }

    private MininetException Ended()
    {
        lock (_lastErrors)
        {
            return new MininetException(string.Create(
                CultureInfo.InvariantCulture, $"the Mininet process ended: {string.Join(" | ", _lastErrors)}"));
        }
    }
}
