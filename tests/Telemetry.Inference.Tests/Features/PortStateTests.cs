using Telemetry.Inference.Features;
using Telemetry.Inference.Samples;
using static Telemetry.Inference.Features.PortFeatures;

namespace Telemetry.Inference.Tests.Features;

public sealed class PortStateTests
{
    private readonly PortState _state = new();
    private readonly float[] _features = new float[Count];

    [Fact]
    public void Names_EveryFeature_HasItsOwn()
    {
        Assert.Equal(Count, Names.Length);
        Assert.Equal(Count, Names.Distinct().Count());
        Assert.Equal("high_recent", Names[HighRecent]);
        Assert.Equal("high_span", Names[HighSpan]);
        Assert.Equal("counters_missing", Names[CountersMissing]);
    }

    [Fact]
    public void Update_HalfFullQueue_SharesOfCapacityDrainTimeAndRate()
    {
        Update(Windows.At(0, depth: 50) with { Drops = 83 });

        Assert.Equal(0.5f, _features[OccMean]);
        Assert.Equal(0.5f, _features[OccMax]);
        Assert.Equal(0.51f, _features[LatP50], 1e-6);
        Assert.Equal(0.51f, _features[LatMax], 1e-6);
        Assert.Equal(0.996f, _features[Load], 1e-6);
        Assert.Equal(0.996f, _features[Utilisation], 1e-6);
        Assert.Equal(0.5f, _features[DropShare]);
        Assert.Equal(0, _features[HighShare]);
        Assert.Equal(0, _features[HighSpan]);
        Assert.Equal(0, _features[DepthMissing] + _features[LatencyMissing] + _features[CountersMissing] + _features[WindowsMissing]);
    }

    [Fact]
    public void Update_NothingSeen_MissingNotZero()
    {
        Update(new PortSample { Port = "s1-p1", StartNs = 0, LengthNs = Windows.LengthNs, Packets = 0 });

        foreach (int feature in (int[])[OccMean, OccP50, OccP90, OccMax, HighShare, HighTime, OccSlope, OccFast, OccSlow, LatP50, LatP99, LatMax, LatSlope, Load, Utilisation, DropShare])
        {
            Assert.Equal(Missing, _features[feature]);
        }

        Assert.Equal([1f, 1f, 1f], [_features[DepthMissing], _features[LatencyMissing], _features[CountersMissing]]);
    }

    [Fact]
    public void Update_DepthsOfNoPackets_AreNotMeasurements()
    {
        Update(Windows.At(0, depth: 50, packets: 0));

        Assert.Equal(Missing, _features[OccMean]);
        Assert.Equal(Missing, _features[LatP50]);
        Assert.Equal(1, _features[DepthMissing]);
        Assert.Equal(0, _features[Load]);
    }

    [Fact]
    public void Update_SpanOverTwoWindows_AddsUp()
    {
        // 50 packets of 83 wait behind a high queue: 60 ms of the window, then 60 ms more.
        PortSample partly = Windows.At(0, depth: 90) with { DepthHighShare = 50 / 83.0 };
        Update(partly);
        Assert.Equal(0.6f, _features[HighTime], 1e-3);
        Assert.Equal(0.6f, _features[HighSpan], 1e-3);

        Update(partly with { StartNs = Windows.LengthNs });
        Assert.Equal(0.6f, _features[HighBefore], 1e-3);
        Assert.Equal(1.2f, _features[HighSpan], 1e-3);

        // The part before cannot reach across a window that was not high from end to end.
        Update(partly with { StartNs = 2 * Windows.LengthNs });
        Assert.Equal(1.2f, _features[HighSpan], 1e-3);
    }

    [Fact]
    public void Update_WholeWindowsHigh_SpanGrows()
    {
        for (int i = 0; i < 5; i++)
        {
            Update(Windows.At(i, depth: 90));
        }

        Assert.InRange(_features[HighSpan], 4.9f, 5f);
        Assert.Equal(5 / 8f, _features[HighRecent]);
    }

    [Fact]
    public void Update_HighShareNotGiven_IsEstimatedFromTheQuantiles()
    {
        Update(Windows.At(0, depth: 95) with { DepthHighShare = double.NaN });
        Assert.InRange(_features[HighShare], 0.9f, 1f);

        Update(Windows.At(1, depth: 10) with { DepthHighShare = double.NaN, DepthP90 = 80, DepthMax = 90 });
        Assert.InRange(_features[HighShare], 0.1f, 0.5f);

        Update(Windows.At(2, depth: 10) with { DepthHighShare = double.NaN });
        Assert.Equal(0, _features[HighShare]);
    }

    [Fact]
    public void Update_QueueGrows_SlopePer100Ms()
    {
        Update(Windows.At(0, depth: 20));
        Update(Windows.At(1, depth: 50));
        Assert.Equal(0.3f, _features[OccSlope], 1e-6);
        Assert.Equal(0.3f, _features[LatSlope], 1e-6);

        Update(Windows.At(1, depth: 80) with { StartNs = 2 * Windows.LengthNs, LengthNs = 2 * Windows.LengthNs });
        Assert.Equal(0.15f, _features[OccSlope], 1e-6);
    }

    [Fact]
    public void Update_GapBefore_CountsItAndForgetsTheWindowBefore()
    {
        Update(Windows.At(0, depth: 90));
        Update(Windows.At(3, depth: 90));

        Assert.Equal(2, _features[WindowsMissing]);
        Assert.Equal(0, _features[HighBefore]);
        Assert.Equal(Missing, _features[OccSlope]);
        Assert.InRange(_features[HighSpan], 0.9f, 1f);
        Assert.Equal(2 / 8f, _features[HighRecent]);
    }

    [Fact]
    public void Update_SameWindowsElsewhereAndLater_SameFeatures()
    {
        var other = new PortState();
        var features = new float[Count];
        for (int i = 0; i < 20; i++)
        {
            PortSample sample = Windows.At(i, depth: i * 5 % 97, packets: 40 + i);
            Update(sample);
            other.Update(sample with { Port = "leaf7-p31", StartNs = sample.StartNs + 1_700_000_000_000_000_000 }, features);
            Assert.Equal(_features, features);
        }
    }

    [Fact]
    public void Update_OddValues_NeverNaN()
    {
        var random = new Random(3);
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 1e300, 50];
        for (int i = 0; i < 2000; i++)
        {
            Update(new PortSample
            {
                Port = "s1-p1",
                StartNs = i * Windows.LengthNs,
                LengthNs = 1 + random.NextInt64(Windows.LengthNs * 20),
                Packets = random.Next(3) * 40,
                QueueCapacity = random.Next(3) * 50,
                RateBps = random.Next(2) * Windows.RateBps,
                DepthMean = Odd(), DepthP50 = Odd(), DepthP90 = Odd(), DepthMax = Odd(), DepthHighShare = Odd(),
                LatencyP50Ns = Odd(), LatencyP99Ns = Odd(), LatencyMaxNs = Odd(),
                TxBytes = random.Next(2) == 0 ? null : random.NextInt64(),
                Drops = random.Next(2) == 0 ? null : random.NextInt64(),
            });
            Assert.DoesNotContain(_features, value => !float.IsFinite(value));
        }

        double Odd() => odd[random.Next(odd.Length)];
    }

    [Theory, InlineData(0), InlineData(Count - 1)]
    public void Update_SpanTooShort_Throws(int length) =>
        Assert.Throws<ArgumentException>(() => _state.Update(Windows.At(0, 1), new float[length]));

    [Fact]
    public void Update_WindowWithoutLength_Throws() =>
        Assert.Throws<ArgumentException>(() => _state.Update(Windows.At(0, 1) with { LengthNs = 0 }, _features));

    private void Update(in PortSample sample) => _state.Update(sample, _features);
}
