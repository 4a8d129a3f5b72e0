using System.Globalization;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Mininet.Wires;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Mininet.Delays;

/// <summary>
/// Delays frames of Mininet's links in this process: netem, which would do it in the kernel, is missing on many machines
/// and knows no classes. Lines are made when a link is first delayed and stay until the end; frames pass them only while
/// there is something to delay. Whoever calls waits for one call before the next of the same link.
/// </summary>
internal sealed class DelayLines : IDisposable
{
    /// <summary>A topology's delays below this are left to the machine: what wakes its processes takes up to so long.</summary>
    public const long ShortestNs = 500_000;

    private static readonly TimeSpan s_drainLook = TimeSpan.FromMilliseconds(2);

    private readonly Topology _topology;
    private readonly MininetNetwork _network;
    private readonly ulong _seed;
    private readonly EventLoop _loop = new();
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string From, string To), Way> _ways = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the lines' thread.</summary>
    public DelayLines(Topology topology, MininetNetwork network, ulong seed)
    {
        _topology = topology;
        _network = network;
        _seed = seed;
        _thread = new Thread(RunLoop) { IsBackground = true, Name = "link delays" };
        _thread.Start();
    }

    /// <summary>Every place that was made so far: a switch's frames leave it there, not where the delayed ones do.</summary>
    public IReadOnlyList<DelayPlace> Places
    {
        get
        {
            lock (_gate)
            {
                return [.. _ways.Values.SelectMany(w => w.Places)];
            }
        }
    }

    /// <summary>What was lost here so far, in words; null when nothing.</summary>
    public async Task<string?> ShortfallAsync()
    {
        (long drops, long refused) = await DoAsync(Lost).ConfigureAwait(false);
        return drops + refused == 0 ? null : string.Create(
            CultureInfo.InvariantCulture, $"delayed links lost {drops} frames that found no room and {refused} that were under way when an interface went down");
    }

    /// <summary>Gives the topology's links their delays.</summary>
    /// <returns>What this machine cannot do, in words; null when nothing.</returns>
    public async Task<string?> StartAsync(CancellationToken cancellation)
    {
        foreach (Link link in _topology.Links.Where(l => l.DelayNs >= ShortestNs))
        {
            try
            {
                await SetAsync(new SlowAction(0, link.A.Device, link.B.Device, 0), cancellation).ConfigureAwait(false);
            }
            catch (MininetException fault)
            {
                return $"link delays are not emulated on this machine: {fault.Message}";
            }
        }

        double[] left = [.. _topology.Links.Where(l => l.DelayNs is > 0 and < ShortestNs).Select(l => l.DelayNs / 1e3).Distinct().Order()];
        return left.Length == 0 ? null : string.Create(
            CultureInfo.InvariantCulture, $"link delays of {string.Join(" and ", left)} us are not emulated: the machine's own are longer");
    }

    /// <summary>Makes both directions of a link slower, or as the topology has it again; its switches' rates are not touched.</summary>
    /// <exception cref="MininetException">The machine cannot.</exception>
    public Task SetAsync(SlowAction action, CancellationToken cancellation) => Task.WhenAll(
        SetAsync(action.A, action.B, action, cancellation), SetAsync(action.B, action.A, action, cancellation));

    /// <summary>Ends the thread and closes all sockets; the network may be gone.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        foreach (DelayLine line in _ways.Values.SelectMany(w => w.Lines))
        {
            line.Dispose();
        }

        _loop.Dispose();
        _stop.Dispose();
    }

    private async Task SetAsync(string from, string to, SlowAction action, CancellationToken cancellation)
    {
        long ownNs = _topology.Links.FirstOrDefault(l =>
            (l.A.Device == from && l.B.Device == to) || (l.A.Device == to && l.B.Device == from))?.DelayNs ?? 0;
        ownNs = ownNs >= ShortestNs ? ownNs : 0;
        bool slow = action.DelayNs > 0 || action.JitterNs > 0 || action.RateBitsPerSecond > 0;
        if (!TryFind(from, to, out Way? way))
        {
            if (!slow && ownNs == 0)
            {
                return;
            }

            way = await OpenAsync(from, to, ownNs, cancellation).ConfigureAwait(false);
        }

        // What need not be delayed is not brought here.
        string match = action.Match is { } some && slow && ownNs == 0 && action.RateBitsPerSecond == 0 ? NftRule.Of(some) : "";
        await DoAsync(() =>
        {
            way.Lines.ForEach(l => l.SetSlow(action));
            return true;
        }).ConfigureAwait(false);
        if (slow || ownNs > 0)
        {
            await _network.DivertAsync(from, to, true, match, cancellation).ConfigureAwait(false);
            return;
        }

        // Frames that go straight must not overtake those that are still under way.
        while (await DoAsync(() => way.Lines.Sum(l => l.Waiting)).ConfigureAwait(false) > 0)
        {
            await Task.Delay(s_drainLook, cancellation).ConfigureAwait(false);
        }

        await _network.DivertAsync(from, to, false, "", cancellation).ConfigureAwait(false);
    }

    private bool TryFind(string from, string to, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Way? way)
    {
        lock (_gate)
        {
            return _ways.TryGetValue((from, to), out way);
        }
    }

    private async Task<Way> OpenAsync(string from, string to, long ownNs, CancellationToken cancellation)
    {
        IReadOnlyList<DelayPlace> places = await _network.DelayPlacesAsync(from, to, cancellation).ConfigureAwait(false);
        bool ofSwitch = _topology.Switches.Any(s => s.RunsP4 && s.Name == from);
        List<DelayLine> lines = [];
        ulong seed = _seed;
        foreach (char c in $"{from}>{to}")
        {
            seed = (seed * 31) + c; // not string's hash, which differs from run to run
        }

        NetworkNamespace.ForEach(
            [.. places.Select(p => p.Process)],
            i => lines.Add(new DelayLine(_loop, places[i], ofSwitch, ownNs, seed + (ulong)i)));
        lines.ForEach(_loop.Attach);
        Way way = new(places, lines);
        lock (_gate)
        {
            _ways.Add((from, to), way);
        }

        return way;
    }

    private (long Drops, long Refused) Lost()
    {
        lock (_gate)
        {
            DelayLine[] lines = [.. _ways.Values.SelectMany(w => w.Lines)];
            return (lines.Sum(l => l.Drops), lines.Sum(l => l.Refused));
        }
    }

    /// <summary>Does something on the lines' thread.</summary>
    private async Task<T> DoAsync<T>(Func<T> work)
    {
        Task<T> done = _loop.InvokeAsync(work);
        if (await Task.WhenAny(done, _ended.Task).ConfigureAwait(false) != done)
        {
            await _ended.Task.ConfigureAwait(false); // with what ended it
        }

        return await done.ConfigureAwait(false);
    }

    private void RunLoop()
    {
        try
        {
            Priority.RaiseThread();
            _loop.RunRealTime(_stop.Token);
            _ended.SetCanceled();
        }
#pragma warning disable CA1031 // the top of the loop's thread: whoever asks it for something gets the fault
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _ended.SetException(fault);
        }
    }

    private sealed record Way(IReadOnlyList<DelayPlace> Places, List<DelayLine> Lines);
}
