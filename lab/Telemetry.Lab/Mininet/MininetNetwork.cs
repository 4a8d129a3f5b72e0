using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Mininet;

/// <summary>
/// A network running in Mininet: the Python process that holds it, and the jobs it can do. Must run in a network
/// namespace of its own, which whoever starts the lab makes.
/// </summary>
public sealed class MininetNetwork : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _pending = new();
    private readonly TaskCompletionSource<IReadOnlyList<string>> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Queue<string> _lastErrors = new();
    private readonly Task _reader;
    private readonly Task _errors;
    private int _lastId;

    private MininetNetwork(Process process)
    {
        _process = process;
        _errors = ReadErrorsAsync();
        _reader = ReadAsync();
    }

    /// <summary>What of the topology this machine cannot do, in words.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

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
            Process.Start(start) ?? throw new MininetException($"cannot start {Python}"));
        try
        {
            network.Notes = await network._ready.Task.WaitAsync(cancellation).ConfigureAwait(false);
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
    /// <exception cref="MininetException">The job failed.</exception>
    public Task SetLossAsync(string from, string to, double fraction, CancellationToken cancellation) =>
        DoAsync(new JsonObject { ["do"] = "loss", ["a"] = from, ["b"] = to, ["fraction"] = fraction }, cancellation);

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
                _ready.TrySetResult([.. message["notes"]!.AsArray().Select(n => (string)n!)]);
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
