using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Delivery;

/// <summary>
/// Joins an outbox to the tier above in the same process and on the same thread: every append is delivered at once
/// through the same Accept that the gRPC service calls, and acknowledgements go back the same way.
/// </summary>
public sealed class DirectLink : IBatchSink
{
    private readonly Func<Batch, Ack> _accept;
    private ulong _sent;

    /// <summary>Creates the link.</summary>
    /// <param name="outbox">Keeps what is not acknowledged.</param>
    /// <param name="accept">The upper tier's Accept.</param>
    public DirectLink(IOutbox outbox, Func<Batch, Ack> accept)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(accept);
        Outbox = outbox;
        _accept = accept;
        _sent = outbox.AcknowledgedSequence;
    }

    /// <summary>What is not acknowledged yet.</summary>
    public IOutbox Outbox { get; }

    /// <summary>Why the upper tier refused the newest batch; empty when it did not.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Whether there is a way to the upper tier now: without one everything waits in the outbox. Always, by default.</summary>
    public Func<bool> IsUp { get; init; } = static () => true;

    /// <inheritdoc/>
    public void Append(Batch batch, IReadOnlyList<SenderMark> covers)
    {
        Outbox.Append(batch, covers);
        Pump();
    }

    /// <summary>Delivers whatever waits, and again what was refused before.</summary>
    public void Pump()
    {
        while (IsUp() && Outbox.TryRead(_sent, out Batch? batch))
        {
            Ack ack = _accept(batch);
            Acknowledged(ack);
            if (ack.Error.Length > 0)
            {
                _sent = ack.Epoch == Outbox.Epoch ? ack.Sequence : Outbox.AcknowledgedSequence;
                return;
            }

            _sent = batch.Sequence;
        }
    }

    /// <summary>Takes an acknowledgement that came later than the batch.</summary>
    public void Acknowledged(Ack ack)
    {
        ArgumentNullException.ThrowIfNull(ack);
        if (!IsUp())
        {
            return;
        }

        LastError = ack.Error;
        Outbox.Acknowledge(ack.Epoch, ack.Sequence);
    }
}
