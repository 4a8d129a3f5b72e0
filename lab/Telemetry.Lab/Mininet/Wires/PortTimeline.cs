using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Mininet.Wires;

/// <summary>
/// When packets of one egress port came into their switch and left it, and what follows from that: how many waited.
/// A packet waits from the one to the other, so the depth is known once everything that was inside has left. A switch
/// that a busy machine kept from running holds packets too, and that is no queue: so packets count as waiting as long as
/// the arrivals before them keep a line of that rate busy, and no longer than they did.
/// </summary>
internal sealed class PortTimeline(PortTruth truth, LineRate rate)
{
    private const int SettleEvery = 1 << 16;

    /// <summary>Longer than any packet stays in a switch: a queue of 1,000 packets at 10 Mbit/s is a second.</summary>
    private const long HorizonNs = 5_000_000_000;

    private readonly List<(long InNs, long OutNs, int Bytes)> _stays = [];
    private long _freeNs = long.MinValue;
    private int _settleAt = SettleEvery;
    private long _settledNs = long.MinValue;

    /// <summary>The port's account, complete after <see cref="Settle"/>.</summary>
    public PortTruth Truth => truth;

    /// <summary>A packet has left.</summary>
    public void Add(long inNs, long outNs, int bytes)
    {
        _stays.Add((inNs, outNs, bytes));
        if (_stays.Count >= _settleAt)
        {
            Settle(outNs - HorizonNs);
            _settleAt = _stays.Count + SettleEvery;
        }
    }

    /// <summary>Accounts for everything that left up to a moment; later calls go on from there.</summary>
    public void Settle(long untilNs)
    {
        long[] arrivals = [.. _stays.Select(s => s.InNs).Order()];
        (long InNs, long OutNs, int Bytes)[] departures = [.. _stays.OrderBy(s => s.OutNs).ThenBy(s => s.InNs)];
        int arrived = 0;
        int entered = 0;
        int left = 0;
        for (; left < departures.Length && departures[left].OutNs <= untilNs; left++)
        {
            (long inNs, long outNs, int bytes) = departures[left];
            long leavesNs = Leave(inNs, outNs, bytes);
            for (; arrived < arrivals.Length && arrivals[arrived] <= leavesNs; arrived++)
            {
                if (arrivals[arrived] > _settledNs)
                {
                    truth.Meter.Observe(arrived + 1 - left, arrivals[arrived]);
                }
            }

            while (entered < arrivals.Length && arrivals[entered] <= outNs)
            {
                entered++;
            }

            truth.OnInside(entered - left - 1);
            int depth = Math.Max(0, arrived - left - 1);
            truth.Meter.Observe(depth, leavesNs);
            truth.Bursts.Observe(depth, leavesNs);
            truth.AddMeasured(outNs - inNs, depth);
        }

        _settledNs = Math.Max(_settledNs, untilNs);
        _stays.Clear();
        _stays.AddRange(departures.AsSpan(left));
    }

    /// <summary>When the line is free for a packet; where nobody knows its rate, when the packet left.</summary>
    private long Leave(long inNs, long outNs, int bytes)
    {
        long durationNs = rate.DurationNs(bytes, inNs);
        long leavesNs = durationNs > 0 ? Math.Min(Math.Max(inNs, _freeNs), outNs) : outNs;
        _freeNs = leavesNs + durationNs;
        return leavesNs;
    }
}
