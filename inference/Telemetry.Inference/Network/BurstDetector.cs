using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;

namespace Telemetry.Inference.Network;

/// <summary>
/// Microbursts: a queue at half its capacity or more, for less than 100 ms in all, with 300 ms of calm after it. What
/// lasts longer, or becomes congestion, is none.
/// </summary>
internal sealed class BurstDetector(NetworkOptions options)
{
    private const string Name = "queue-peak";
    private const long CalmNs = 300_000_000;
    private const long LongestNs = 100_000_000;
    private const double UsualFrameBytes = 1000;

    /// <summary>How long an alert on what is over already stays open, so that people can see it.</summary>
    private const long ShownNs = 2_000_000_000;

    private readonly Dictionary<string, Burst> _ports = new(StringComparer.Ordinal);

    /// <summary>Takes a port's window.</summary>
    /// <param name="port">The window.</param>
    /// <param name="congested">Whether a congestion alert is open on the port.</param>
    /// <param name="changed">Receives alerts that opened or closed.</param>
    public void Observe(in PortSample port, bool congested, ICollection<NetworkAlert> changed)
    {
        if (!_ports.TryGetValue(port.Port, out Burst? burst))
        {
            _ports.Add(port.Port, burst = new Burst());
        }

        burst.CongestedNs = congested ? port.EndNs : burst.CongestedNs;
        if (port.DepthHalfShare > 0)
        {
            if (!burst.IsOpen)
            {
                burst.Open(port.StartNs);
            }

            burst.Add(port);
            burst.Deepest = Math.Max(burst.Deepest, port.QueueCapacity > 0 ? port.DepthMax / port.QueueCapacity : 0);
            burst.Dropped += port.Drops ?? 0;
        }
        else if (burst.IsOpen && port.EndNs - burst.LastNs >= CalmNs)
        {
            long highNs = burst.HighNs;
            if (highNs >= options.ShortestBurstNs && highNs < LongestNs && burst.CongestedNs < burst.StartNs - CalmNs)
            {
                Finish(burst, changed); // one that is still shown ends before the next
                string text = string.Create(null, $"queue rose to {Math.Min(burst.Deepest, 1) * 100:F0} % for about {Math.Max(1, highNs / 1_000_000)} ms and emptied again{(burst.Dropped > 0 ? $", {burst.Dropped} dropped" : "")}");
                Reason[] reasons = [new("queue_share", Math.Min(burst.Deepest, 1), 0.7), new("high_ms", highNs / 1e6, 0.3)];
                burst.Shown = new NetworkAlert("microburst", port.Port, burst.StartNs, null, port.EndNs, 1, text, reasons, Name);
                burst.ShownEndNs = burst.LastNs;
                changed.Add(burst.Shown);
            }

            burst.IsOpen = false;
        }

        if (burst.Shown is not null && port.EndNs - burst.Shown.DetectedNs >= ShownNs)
        {
            Finish(burst, changed);
        }
    }

    /// <summary>Ends what is only shown still.</summary>
    public void Flush(ICollection<NetworkAlert> changed)
    {
        foreach (Burst burst in _ports.Values)
        {
            Finish(burst, changed);
        }
    }

    private static void Finish(Burst burst, ICollection<NetworkAlert> changed)
    {
        if (burst.Shown is { } shown)
        {
            changed.Add(shown with { EndNs = burst.ShownEndNs });
            burst.Shown = null;
        }
    }

    private sealed class Burst
    {
        // What the longest wait makes of a packet's time is too short where the packet that waited longest met others of the queue late.
        private const double WaitMargin = 1.25;

        private double _highPackets;
        private double _usualNs;
        private long _windowsNs;
        private double _longestWaitNs;
        private double _deepestPackets;

        public bool IsOpen { get; set; }

        public long StartNs { get; private set; }

        public long LastNs { get; private set; }

        /// <summary>
        /// How long the queue was high: its packets, each with its time on the line. Where packets are small, the longest wait
        /// in the deepest queue tells that time; a switch that waited itself makes it longer, never shorter.
        /// </summary>
        public long HighNs
        {
            get
            {
                double byWaitNs = _longestWaitNs > 0 && _deepestPackets > 0 ? _highPackets * WaitMargin * _longestWaitNs / _deepestPackets : double.MaxValue;
                return (long)Math.Max(1, Math.Min(Math.Min(_usualNs, byWaitNs), _windowsNs));
            }
        }

        public double Deepest { get; set; }

        public long Dropped { get; set; }

        public long CongestedNs { get; set; } = long.MinValue / 2;

        public NetworkAlert? Shown { get; set; }

        public long ShownEndNs { get; set; }

        public void Open(long startNs)
        {
            (IsOpen, StartNs, Deepest, Dropped) = (true, startNs, 0, 0);
            (_highPackets, _usualNs, _windowsNs, _longestWaitNs, _deepestPackets) = (0, 0, 0, 0, 0);
        }

        public void Add(in PortSample port)
        {
            double high = port.DepthHalfShare * port.Packets;
            _highPackets += high;
            _usualNs += Math.Min(port.LengthNs, high * (port.RateBps > 0 ? UsualFrameBytes * 8e9 / port.RateBps : 0));
            _windowsNs += port.LengthNs;
            LastNs = port.EndNs;
            if (port.LatencyMaxNs > 0 && port.DepthMax > 0)
            {
                _longestWaitNs = Math.Max(_longestWaitNs, port.LatencyMaxNs);
                _deepestPackets = Math.Max(_deepestPackets, port.DepthMax);
            }
        }
    }
}
