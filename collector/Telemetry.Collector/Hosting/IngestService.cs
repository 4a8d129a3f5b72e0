using Grpc.Core;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;

namespace Telemetry.Collector.Hosting;

/// <summary>The gRPC face of a tier's Accept: takes a sender's batches in order and tells it what is safe.</summary>
/// <param name="accept">Takes a batch; called by many streams, so it serialises itself.</param>
/// <param name="ackOf">Up to where a sender may forget.</param>
/// <param name="progress">Raised whenever something became safe.</param>
/// <param name="stopping">Ends all streams when the host stops.</param>
internal sealed class IngestService(Func<Batch, Ack> accept, Func<string, Ack> ackOf, ArrivalSignal progress, CancellationToken stopping)
    : Ingest.IngestBase
{
    public override async Task Push(IAsyncStreamReader<Batch> requestStream, IServerStreamWriter<Ack> responseStream, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        Conversation conversation = new();
        Task reading = ReadAsync(requestStream, conversation, ended.Token);
        try
        {
            await AnswerAsync(responseStream, conversation, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The other side went away, or this one stops: what was not acknowledged comes again.
            return;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(reading).ConfigureAwait(false);
            _ = reading.Exception;
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<Batch> requests, Conversation conversation, CancellationToken cancellation)
    {
        try
        {
            while (await requests.MoveNext(cancellation).ConfigureAwait(false))
            {
                Batch batch = requests.Current;
                Ack ack = accept(batch);
                conversation.Sender = batch.Sender;
                if (ack.Error.Length > 0)
                {
                    conversation.Refusal = ack;
                    return;
                }

                progress.Raise();
            }
        }
        finally
        {
            conversation.Ended = true;
            progress.Raise();
        }
    }

    private async Task AnswerAsync(IServerStreamWriter<Ack> answers, Conversation conversation, CancellationToken cancellation)
    {
        Ack told = new();
        while (true)
        {
            Ack next = told;
            await progress.WaitAsync(
                () =>
                {
                    string sender = conversation.Sender;
                    next = sender.Length > 0 ? ackOf(sender) : told;
                    return !next.Equals(told) || conversation.Ended;
                },
                cancellation).ConfigureAwait(false);
            if (conversation.Refusal is { } refusal)
            {
                await answers.WriteAsync(refusal, cancellation).ConfigureAwait(false);
                return;
            }

            if (!next.Equals(told))
            {
                await answers.WriteAsync(next, cancellation).ConfigureAwait(false);
                told = next;
            }
            else if (conversation.Ended)
            {
                return;
            }
        }
    }

    private sealed class Conversation
    {
        private volatile string _sender = "";
        private volatile Ack? _refusal;
        private volatile bool _ended;

        public string Sender
        {
            get => _sender;
            set => _sender = value;
        }

        public Ack? Refusal
        {
            get => _refusal;
            set => _refusal = value;
        }

        public bool Ended
        {
            get => _ended;
            set => _ended = value;
        }
    }
}
