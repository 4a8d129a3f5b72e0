using System.Numerics;
using Telemetry.Inference.Samples;
using static Telemetry.Inference.Features.PortFeatures;

namespace Telemetry.Inference.Features;

/// <summary>The past of one port, as far as features need it; updated in place, window by window.</summary>
public sealed class PortState
{
    private const double SpanUnitNs = 100e6;
    private const double FastNs = 200e6;
    private const double SlowNs = 2e9;
    private const int History = 8;

    /// <summary>A window whose high time reaches this share is taken as high from end to end: packets are discrete.</summary>
    private const double WholeWindow = 0.97;

    /// <summary>A port unheard for longer than this starts anew.</summary>
    private const long ForgetNs = 4_000_000_000;

    private const double LeastFrameBytes = 64;
    private const double MostFrameBytes = 9000;
    private const double LoadLimit = 2;

    private long _lastEndNs = long.MinValue;
    private double _occBefore = double.NaN;
    private double _latBefore = double.NaN;
    private double _highBefore;
    private double _trailingNs;
    private double _occFast = double.NaN;
    private double _occSlow = double.NaN;
    private double _loadSlow = double.NaN;
    private uint _highWindows;

    /// <summary>Takes the port's next window and writes its features.</summary>
    /// <param name="sample">The window, not older than the one before.</param>
    /// <param name="features">Receives <see cref="PortFeatures.Count"/> values.</param>
    /// <exception cref="ArgumentException"><paramref name="features"/> is too short, or the window has no length.</exception>
    public void Update(in PortSample sample, Span<float> features)
    {
        if (features.Length < Count)
        {
            throw new ArgumentException($"features holds {features.Length} values, {Count} are needed", nameof(features));
        }

        if (sample.LengthNs <= 0)
        {
            throw new ArgumentException($"window of {sample.Port} at {sample.StartNs} ns has length {sample.LengthNs} ns", nameof(sample));
        }

        features = features[..Count];
        int missed = SkipMissing(sample);
        features[WindowsMissing] = Math.Min(missed, History);
        WriteDepths(sample, features);
        WriteLatencies(sample, features);
        WriteLoads(sample, features);
        _lastEndNs = sample.EndNs;
    }

    private static float Measured(double value) => float.IsFinite((float)value) ? (float)value : Missing;

    private static double Smooth(double before, double value, double lengthNs, double tauNs) =>
        double.IsNaN(value) ? before
        : double.IsNaN(before) ? value
        : before + (value - before) * (1 - Math.Exp(-lengthNs / tauNs));

    /// <summary>Time that one of the sample's packets takes on the wire, nanoseconds; NaN when the rate is unknown.</summary>
    private static double ServiceNs(in PortSample sample)
    {
        if (sample.RateBps <= 0)
        {
            return double.NaN;
        }

        // The longest wait divided by the deepest queue is one packet's time, whatever the packets' size.
        double byteNs = 8e9 / sample.RateBps;
        double service = sample.LatencyMaxNs / (sample.DepthMax + 1);
        return sample.DepthMax >= 4 && double.IsFinite(service)
            ? Math.Clamp(service, LeastFrameBytes * byteNs, MostFrameBytes * byteNs)
            : FullQueue.FrameBytes * byteNs;
    }

    /// <summary>Share of packets at the high level from the quantiles, when the exact share is not given.</summary>
    private static double EstimateHighShare(in PortSample sample)
    {
        double level = PortSample.HighLevel * sample.QueueCapacity;
        return sample.DepthP50 >= level ? 0.5 + 0.5 * Math.Clamp((sample.DepthMean - 0.5 * level) / (0.5 * level + 1), 0, 1)
            : sample.DepthP90 >= level ? 0.1 + 0.4 * (sample.DepthP90 - level) / Math.Max(sample.DepthP90 - sample.DepthP50, 1)
            : sample.DepthMax >= level ? 0.1 * (sample.DepthMax - level + 1) / Math.Max(sample.DepthMax - sample.DepthP90, 1)
            : 0;
    }

    private int SkipMissing(in PortSample sample)
    {
        if (_lastEndNs == long.MinValue)
        {
            return 0;
        }

        long gapNs = sample.StartNs - _lastEndNs;
        int missed = (int)Math.Clamp((gapNs + sample.LengthNs / 2) / sample.LengthNs, 0, History);
        if (missed == 0)
        {
            return 0;
        }

        (_occBefore, _latBefore, _highBefore, _trailingNs) = (double.NaN, double.NaN, 0, 0);
        _highWindows <<= missed;
        if (gapNs > ForgetNs)
        {
            (_occFast, _occSlow, _loadSlow) = (double.NaN, double.NaN, double.NaN);
        }

        return missed;
    }

    private void WriteDepths(in PortSample sample, Span<float> features)
    {
        double mean = Occupancy.Mean(sample);
        double median = Occupancy.Of(sample, sample.DepthP50);
        bool known = !double.IsNaN(mean);
        double share = !known ? double.NaN
            : double.IsNaN(sample.DepthHighShare) ? Math.Clamp(EstimateHighShare(sample), 0, 1)
            : Math.Clamp(sample.DepthHighShare, 0, 1);
        double high = Math.Min(sample.Packets * share * ServiceNs(sample) / sample.LengthNs, 1);
        if (double.IsNaN(high))
        {
            high = share;
        }

        features[DepthMissing] = known ? 0 : 1;
        features[OccMean] = Measured(mean);
        features[OccP50] = Measured(median);
        features[OccP90] = Measured(Occupancy.Of(sample, sample.DepthP90));
        features[OccMax] = Measured(Occupancy.Of(sample, sample.DepthMax));
        features[HighShare] = Measured(share);
        features[HighTime] = Measured(high);
        features[HighBefore] = (float)_highBefore;
        features[OccSlope] = Measured((mean - _occBefore) * SpanUnitNs / sample.LengthNs);

        double highNs = double.IsNaN(high) ? 0 : high * sample.LengthNs;
        features[HighSpan] = highNs > 0 ? (float)Math.Min((_trailingNs + highNs) / SpanUnitNs, 10) : 0;
        _trailingNs = highNs >= WholeWindow * sample.LengthNs ? _trailingNs + highNs : highNs;
        _highBefore = double.IsNaN(high) ? 0 : high;

        _highWindows = (_highWindows << 1) | (median >= PortSample.HighLevel ? 1u : 0u);
        features[HighRecent] = BitOperations.PopCount(_highWindows & ((1u << History) - 1)) / (float)History;
        _occFast = Smooth(_occFast, mean, sample.LengthNs, FastNs);
        _occSlow = Smooth(_occSlow, mean, sample.LengthNs, SlowNs);
        features[OccFast] = Measured(_occFast);
        features[OccSlow] = Measured(_occSlow);
        _occBefore = mean;
    }

    private void WriteLatencies(in PortSample sample, Span<float> features)
    {
        long drainNs = FullQueue.DrainNs(sample.QueueCapacity, sample.RateBps);
        double unitNs = sample.Packets > 0 && drainNs > 0 ? drainNs : double.NaN;
        double median = sample.LatencyP50Ns / unitNs;
        features[LatencyMissing] = double.IsFinite(median) ? 0 : 1;
        features[LatP50] = Measured(median);
        features[LatP99] = Measured(sample.LatencyP99Ns / unitNs);
        features[LatMax] = Measured(sample.LatencyMaxNs / unitNs);
        features[LatSlope] = Measured((median - _latBefore) * SpanUnitNs / sample.LengthNs);
        _latBefore = median;
    }

    private void WriteLoads(in PortSample sample, Span<float> features)
    {
        double bits = sample.RateBps > 0 ? sample.RateBps * (sample.LengthNs / 1e9) : double.NaN;
        double load = Math.Min(sample.Packets * FullQueue.FrameBytes * 8 / bits, LoadLimit);
        features[Load] = Measured(load);
        _loadSlow = Smooth(_loadSlow, load, sample.LengthNs, SlowNs);
        features[LoadSlow] = Measured(_loadSlow);
        features[Utilisation] = Measured(sample.TxBytes is { } bytes ? Math.Min(bytes * 8 / bits, LoadLimit) : double.NaN);
        features[DropShare] = Measured(sample.Drops is { } drops ? drops / Math.Max(1.0, sample.Packets + drops) : double.NaN);
        features[CountersMissing] = sample.TxBytes is null && sample.Drops is null ? 1 : 0;
    }
}
