using Telemetry.Inference.Detectors;
using Telemetry.Inference.Samples;
using Telemetry.Inference.Tests.Features;
using Telemetry.Inference.Tests.Synthetic;

namespace Telemetry.Inference.Tests.Detectors;

public sealed class DetectorTests
{
    public static TheoryData<string> Names => [.. DetectorSet.Names];

    [Theory, MemberData(nameof(Names))]
    public void Observe_KnownPort_AllocatesNothing(string name)
    {
        IPortDetector detector = TrainedModel.Set.Create(name);
        double sum = Feed(0, 300);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sum += Feed(300, 600);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.InRange(sum, 0.001, 1200);

        double Feed(int from, int to)
        {
            double scores = 0;
            for (int i = from; i < to; i++)
            {
                scores += detector.Observe(Windows.At(i, depth: i * 7 % 100, port: (i & 1) == 0 ? "s1-p1" : "s1-p2")).Score;
            }

            return scores;
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Observe_UnmeasuredWindows_ScoreStaysAProbability(string name)
    {
        IPortDetector detector = TrainedModel.Set.Create(name);
        for (int i = 0; i < 20; i++)
        {
            PortSample sample = i % 3 == 0
                ? new PortSample { Port = "s1-p1", StartNs = i * Windows.LengthNs, LengthNs = Windows.LengthNs, Packets = i }
                : Windows.At(i, depth: i * 5) with { TxBytes = null, Drops = null, LatencyMaxNs = double.NaN };
            Assert.InRange(detector.Observe(sample).Score, 0, 1);
        }
    }

    [Fact]
    public void Observe_FullQueue_ModelFlagsAndSaysWhy()
    {
        IPortDetector detector = DetectorSet.LoadShipped().Create("fasttree");
        Verdict quiet = default, full = default;
        for (int i = 0; i < 10; i++)
        {
            quiet = detector.Observe(Windows.At(i, depth: 2, packets: 40));
        }

        for (int i = 10; i < 14; i++)
        {
            full = detector.Observe(Windows.At(i, depth: 98));
        }

        Assert.False(quiet.Congested);
        Assert.InRange(quiet.Score, 0, 0.05);
        Assert.Equal(0, quiet.Reasons.Count);
        Assert.True(full.Congested);
        Assert.InRange(full.Score, 0.9, 1);
        Assert.Equal(ReasonList.Capacity, full.Reasons.Count);
        Assert.True(full.Reasons[0].Contribution > 0);
        Assert.True(full.Reasons[0].Contribution >= Math.Abs(full.Reasons[1].Contribution));
    }

    [Fact]
    public void Observe_TwoPorts_EachHasItsOwnPast()
    {
        IPortDetector alone = TrainedModel.Set.Create("fasttree");
        IPortDetector both = TrainedModel.Set.Create("fasttree");
        for (int i = 0; i < 30; i++)
        {
            Verdict expected = alone.Observe(Windows.At(i, depth: i * 3));
            both.Observe(Windows.At(i, depth: 99, port: "s9-p9"));
            Assert.Equal(expected.Score, both.Observe(Windows.At(i, depth: i * 3)).Score);
        }
    }

    [Fact]
    public void Threshold_Occupancy_IsTheScore()
    {
        var detector = new ThresholdDetector(0.7);

        Assert.Equal(0.6, detector.Observe(Windows.At(0, 60)).Score);
        Assert.False(detector.Observe(Windows.At(1, 69.9)).Congested);
        Assert.True(detector.Observe(Windows.At(2, 70)).Congested);
        Assert.Equal(0, detector.Observe(Windows.At(3, 70, packets: 0)).Score);
    }

    [Fact]
    public void Ewma_Step_ReachesTwoThirdsAfterOneTimeConstant()
    {
        var detector = new EwmaDetector(0.5, tauNs: Windows.LengthNs);

        Assert.Equal(0, detector.Observe(Windows.At(0, 0)).Score);
        Assert.Equal(1 - Math.Exp(-1), detector.Observe(Windows.At(1, 100)).Score, 1e-9);
        Assert.Equal(1 - Math.Exp(-2), detector.Observe(Windows.At(2, 100)).Score, 1e-9);
        Assert.Equal(1 - Math.Exp(-2), detector.Observe(Windows.At(3, 0, packets: 0)).Score, 1e-9);
    }

    [Fact]
    public void Cusum_AboveAndBelowReference_AddsTakesAwayAndStaysInBounds()
    {
        var detector = new CusumDetector(0.4, reference: 0.5, cap: 1);

        Assert.Equal(0, detector.Observe(Windows.At(0, 10)).Score);
        Assert.Equal(0.4, detector.Observe(Windows.At(1, 90)).Score, 1e-9);
        Assert.Equal(0.8, detector.Observe(Windows.At(2, 90)).Score, 1e-9);
        Assert.Equal(1, detector.Observe(Windows.At(3, 90)).Score, 1e-9);
        Assert.Equal(0.5, detector.Observe(Windows.At(4, 0)).Score, 1e-9);
    }

    [Fact]
    public void RobustZ_OneWindowUnlikeTheRest_ScoresHigh()
    {
        var detector = new RobustZDetector(0.5);
        for (int i = 0; i < 40; i++)
        {
            Assert.InRange(detector.Observe(Windows.At(i, 20 + i % 3)).Score, 0, 0.5);
        }

        Assert.True(detector.Observe(Windows.At(40, 90)).Congested);
        Assert.Equal(0, detector.Observe(Windows.At(41, 5)).Score);
    }

    [Fact]
    public void Constant_Anything_TheSame()
    {
        var detector = new ConstantDetector(0.2);

        Assert.Equal(0.2, detector.Observe(Windows.At(0, 0)).Score);
        Assert.Equal(0.2, detector.Observe(Windows.At(1, 100)).Score);
    }

    [Fact]
    public void Offer_MoreThanFit_KeepsTheStrongestInOrder()
    {
        var reasons = default(ReasonList);
        foreach (double contribution in (double[])[0.1, -0.4, 0.2, 0.05, 0.3])
        {
            reasons.Offer(new Reason($"f{contribution}", 0, contribution));
        }

        Assert.Equal([-0.4, 0.3, 0.2], reasons.ToArray().Select(r => r.Contribution));
        Assert.Throws<ArgumentOutOfRangeException>(() => reasons[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => default(ReasonList)[0]);
    }
}
