using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Delivery;

/// <summary>
/// The arrival side of a tier: ignores repeats by (sender, epoch, sequence), lines up batches of several senders by
/// the windows they carry, releases them in that order, and knows up to where each sender may be acknowledged.
/// A window is released once every sender that is alive has delivered it, or after the hold time. One thread.
/// </summary>
internal sealed class BatchGate(long holdNs)
{
    private readonly SortedDictionary<string, SenderState> _senders = new(StringComparer.Ordinal);

    /// <summary>Batches taken.</summary>
    public long Accepted { get; private set; }

    /// <summary>Batches that senders gave up: gaps in their sequences.</summary>
    public long Missing { get; private set; }

    /// <summary>Batches ignored as repeats.</summary>
    public long Repeats { get; private set; }

    /// <summary>Batches refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Batches that wait for other senders.</summary>
    public int Waiting => _senders.Values.Sum(sender => sender.Queue.Count);

    /// <summary>Takes up where an earlier incarnation of this tier stood.</summary>
    public void Restore(IEnumerable<SenderMark> marks)
    {
        foreach (SenderMark mark in marks)
        {
            SenderState sender = new(mark.Sender, mark.Epoch) { Received = mark.Sequence, Released = mark.Sequence, Confirmed = mark.Sequence };
            _senders[mark.Sender] = sender;
        }
    }

    /// <summary>Names a sender that must exist, so that the first windows wait for it too.</summary>
    public void Expect(string name, long nowNs)
    {
        if (!_senders.TryGetValue(name, out SenderState? sender))
        {
            _senders.Add(name, sender = new SenderState(name, 0));
        }

        sender.LastArrivalNs = nowNs;
    }

    public GateOutcome Accept(Batch batch, long nowNs)
    {
        if (batch.Sender.Length == 0 || batch.Epoch == 0 || batch.Sequence == 0)
        {
            Refused++;
            return GateOutcome.Malformed;
        }

        if (!_senders.TryGetValue(batch.Sender, out SenderState? sender))
        {
            sender = new SenderState(batch.Sender, batch.Epoch) { Received = batch.Sequence - 1 };
            _senders.Add(batch.Sender, sender);
        }

        if (batch.Epoch < sender.Epoch)
        {
            Refused++;
            return GateOutcome.OldEpoch;
        }

        if (batch.Epoch > sender.Epoch)
        {
            // Of one that is heard for the first time nobody knows what it sent before, and to whom.
            ulong before = sender.Epoch == 0 ? batch.Sequence - 1 : 0;
            sender.Restart(batch.Epoch);
            sender.Received = before;
        }

        sender.LastArrivalNs = nowNs;
        if (batch.Sequence <= sender.Received)
        {
            Repeats++;
            return GateOutcome.Repeat;
        }

        Missing += (long)(batch.Sequence - sender.Received - 1);
        sender.Received = batch.Sequence;
        long key = sender.WatermarkNs;
        foreach (Window window in batch.Windows)
        {
            key = Math.Max(key, window.StartNs);
        }

        foreach (Part part in batch.Parts)
        {
            foreach (Window window in part.Windows)
            {
                key = Math.Max(key, window.StartNs);
            }
        }

        Accepted++;
        sender.WatermarkNs = key;
        sender.Queue.Enqueue(new Pending(batch, key, nowNs));
        return GateOutcome.Accepted;
    }

    /// <summary>Takes out the oldest window that is complete: the batches that carry it, senders by name.</summary>
    /// <param name="nowNs">Now.</param>
    /// <param name="everything">True at the end of a run: nothing more will come.</param>
    /// <param name="group">Receives the batches; <see cref="Marks"/> tells of them from now on.</param>
    /// <returns>False when nothing is complete.</returns>
    public bool TryRelease(long nowNs, bool everything, out List<Batch> group)
    {
        group = [];
        long oldest = long.MaxValue;
        long arrivedNs = long.MaxValue;
        foreach (SenderState sender in _senders.Values)
        {
            if (sender.Queue.TryPeek(out Pending head) && head.KeyNs <= oldest)
            {
                arrivedNs = head.KeyNs < oldest ? head.ArrivedNs : Math.Min(arrivedNs, head.ArrivedNs);
                oldest = head.KeyNs;
            }
        }

        if (oldest == long.MaxValue || !(everything || nowNs - arrivedNs >= holdNs || AllDelivered(oldest, nowNs)))
        {
            return false;
        }

        foreach (SenderState sender in _senders.Values)
        {
            while (sender.Queue.TryPeek(out Pending head) && head.KeyNs == oldest)
            {
                group.Add(sender.Queue.Dequeue().Batch);
                sender.Released = head.Batch.Sequence;
                sender.ReleasedEpoch = head.Batch.Epoch;
            }
        }

        return true;
    }

    /// <summary>How far each sender's batches are released.</summary>
    public List<SenderMark> Marks()
    {
        List<SenderMark> marks = [];
        foreach (SenderState sender in _senders.Values)
        {
            if (sender.Released > 0)
            {
                marks.Add(new SenderMark { Sender = sender.Name, Epoch = sender.ReleasedEpoch, Sequence = sender.Released });
            }
        }

        return marks;
    }

    /// <summary>Everything that these marks cover is safe now.</summary>
    public void Confirm(IEnumerable<SenderMark> marks)
    {
        foreach (SenderMark mark in marks)
        {
            if (_senders.TryGetValue(mark.Sender, out SenderState? sender) && sender.Epoch == mark.Epoch)
            {
                sender.Confirmed = Math.Max(sender.Confirmed, mark.Sequence);
            }
        }
    }

    /// <summary>Up to where a sender may forget; epoch 0 for one that was never heard.</summary>
    public Ack AckOf(string name) => _senders.TryGetValue(name, out SenderState? sender)
        ? new Ack { Epoch = sender.Epoch, Sequence = sender.Confirmed }
        : new Ack();

    private bool AllDelivered(long keyNs, long nowNs)
    {
        foreach (SenderState sender in _senders.Values)
        {
            // One that was silent for longer than the hold time is not waited for.
            if (sender.WatermarkNs < keyNs && nowNs - sender.LastArrivalNs < holdNs)
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Pending(Batch Batch, long KeyNs, long ArrivedNs);

    private sealed class SenderState(string name, ulong epoch)
    {
        public string Name { get; } = name;

        public ulong Epoch { get; private set; } = epoch;

        public ulong ReleasedEpoch { get; set; } = epoch;

        public ulong Received { get; set; }

        public ulong Released { get; set; }

        public ulong Confirmed { get; set; }

        public long WatermarkNs { get; set; } = -1;

        public long LastArrivalNs { get; set; } = long.MinValue / 2;

        public Queue<Pending> Queue { get; } = new();

        public void Restart(ulong newEpoch)
        {
            // What waits of the old incarnation is still released; it can no longer be acknowledged.
            Epoch = newEpoch;
            Received = 0;
            Confirmed = 0;
            if (Queue.Count == 0)
            {
                Released = 0;
                ReleasedEpoch = newEpoch;
            }
        }
    }
}
