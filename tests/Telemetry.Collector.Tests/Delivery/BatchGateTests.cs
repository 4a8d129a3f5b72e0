using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;

namespace Telemetry.Collector.Tests.Delivery;

public class BatchGateTests
{
    private const long HoldNs = 500;

    private readonly BatchGate _gate = new(HoldNs);

    private static Batch Batch(string sender, ulong sequence, long windowNs, ulong epoch = 1) => new()
    {
        Sender = sender,
        Epoch = epoch,
        Sequence = sequence,
        Windows = { new Window { StartNs = windowNs, LengthNs = 100 } },
    };

    private List<string> Release(long nowNs, bool everything = false)
    {
        List<string> released = [];
        while (_gate.TryRelease(nowNs, everything, out List<Batch> group))
        {
            released.Add(string.Join('+', group.Select(batch => $"{batch.Sender}:{batch.Sequence}")));
        }

        return released;
    }

    [Fact]
    public void Accept_TheSameTwice_IsARepeat()
    {
        Assert.Equal(GateOutcome.Accepted, _gate.Accept(Batch("a", 1, 0), 0));
        Assert.Equal(GateOutcome.Repeat, _gate.Accept(Batch("a", 1, 0), 0));
        Assert.Equal(["a:1"], Release(0));
        Assert.Equal(GateOutcome.Repeat, _gate.Accept(Batch("a", 1, 0), 0));
        Assert.Empty(Release(10_000));
        Assert.Equal(2, _gate.Repeats);
    }

    [Fact]
    public void Accept_GapInSequence_IsCountedAndTaken()
    {
        _gate.Accept(Batch("a", 1, 0), 0);
        Assert.Equal(GateOutcome.Accepted, _gate.Accept(Batch("a", 4, 300), 0));
        Assert.Equal(2, _gate.Missing);
    }

    [Fact]
    public void Accept_NewEpoch_StartsAnewAndOldEpochIsRefused()
    {
        _gate.Accept(Batch("a", 9, 0, epoch: 1), 0);
        Assert.Equal(GateOutcome.Accepted, _gate.Accept(Batch("a", 1, 100, epoch: 2), 0));
        Assert.Equal(GateOutcome.OldEpoch, _gate.Accept(Batch("a", 10, 200, epoch: 1), 0));
        Assert.Equal(0, _gate.Missing);
    }

    [Fact]
    public void Accept_WithoutSenderEpochOrSequence_IsMalformed()
    {
        Assert.Equal(GateOutcome.Malformed, _gate.Accept(Batch("", 1, 0), 0));
        Assert.Equal(GateOutcome.Malformed, _gate.Accept(Batch("a", 0, 0), 0));
        Assert.Equal(GateOutcome.Malformed, _gate.Accept(Batch("a", 1, 0, epoch: 0), 0));
    }

    [Fact]
    public void TryRelease_OneSenderBehind_WaitsForItAndGroupsTheWindow()
    {
        _gate.Accept(Batch("a", 1, 0), 0);
        _gate.Accept(Batch("b", 1, 0), 0);
        Assert.Equal(["a:1+b:1"], Release(0));
        _gate.Accept(Batch("a", 2, 100), 100);
        _gate.Accept(Batch("a", 3, 200), 200);
        Assert.Empty(Release(200));
        _gate.Accept(Batch("b", 2, 100), 210);
        Assert.Equal(["a:2+b:2"], Release(210));
    }

    [Fact]
    public void TryRelease_SenderGone_IsNotWaitedForLongerThanTheHold()
    {
        _gate.Accept(Batch("a", 1, 0), 0);
        _gate.Accept(Batch("b", 1, 0), 0);
        Release(0);
        _gate.Accept(Batch("a", 2, 100), 100);
        Assert.Empty(Release(499));
        Assert.Equal(["a:2"], Release(500));
        _gate.Accept(Batch("a", 3, 200), 550);
        Assert.Equal(["a:3"], Release(550));
        _gate.Accept(Batch("b", 2, 100), 600);
        Assert.Equal(["b:2"], Release(600));
    }

    [Fact]
    public void TryRelease_ExpectedSender_IsWaitedForFromTheStart()
    {
        _gate.Expect("b", 0);
        _gate.Accept(Batch("a", 1, 0), 0);
        Assert.Empty(Release(0));
        Assert.Equal(GateOutcome.Accepted, _gate.Accept(Batch("b", 7, 0), 10));
        Assert.Equal(["a:1+b:7"], Release(10));
        Assert.Equal(0, _gate.Missing);
    }

    [Fact]
    public void AckOf_OnlyAfterConfirm_AndSurvivesRestore()
    {
        _gate.Accept(Batch("a", 1, 0), 0);
        Assert.Equal(0ul, _gate.AckOf("a").Sequence);
        Release(0);
        List<SenderMark> marks = _gate.Marks();
        Assert.Equal(0ul, _gate.AckOf("a").Sequence);
        _gate.Confirm(marks);
        Assert.Equal((1ul, 1ul), (_gate.AckOf("a").Epoch, _gate.AckOf("a").Sequence));

        BatchGate restarted = new(HoldNs);
        restarted.Restore(marks);
        Assert.Equal(1ul, restarted.AckOf("a").Sequence);
        Assert.Equal(GateOutcome.Repeat, restarted.Accept(Batch("a", 1, 0), 0));
        Assert.Equal(GateOutcome.Accepted, restarted.Accept(Batch("a", 2, 0), 0));
        Assert.Equal(new Ack(), restarted.AckOf("never heard"));
    }

    [Fact]
    public void Marks_BatchesStillWaiting_AreNotCovered()
    {
        _gate.Accept(Batch("a", 1, 0), 0);
        _gate.Accept(Batch("b", 1, 0), 0);
        Release(0);
        _gate.Accept(Batch("a", 2, 100), 1);
        Assert.Equal([1ul, 1ul], _gate.Marks().Select(mark => mark.Sequence));
        Assert.Equal(1, _gate.Waiting);
    }
}
