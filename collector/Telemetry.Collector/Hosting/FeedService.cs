using Grpc.Core;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.History;

namespace Telemetry.Collector.Hosting;

/// <summary>The gRPC face of the data center's feed and queries.</summary>
/// <param name="engine">The data center; its calls are made under <paramref name="engineLock"/>.</param>
/// <param name="engineLock">Serialises calls to the engine.</param>
/// <param name="stopping">Ends all streams when the host stops.</param>
internal sealed class FeedService(DataCenterEngine engine, Lock engineLock, CancellationToken stopping) : Feed.FeedBase
{
    public override async Task Subscribe(SubscribeRequest request, IServerStreamWriter<Update> responseStream, ServerCallContext context)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        FeedSubscription subscription;
        lock (engineLock)
        {
            subscription = engine.Subscribe(request.Client);
        }

        using (subscription)
        {
            try
            {
                while (await subscription.WaitAsync(ended.Token).ConfigureAwait(false))
                {
                    while (subscription.TryRead(out Update? update))
                    {
                        await responseStream.WriteAsync(update, ended.Token).ConfigureAwait(false);
                    }
                }
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return; // the watcher went away, or the host stops
            }
        }
    }

    public override Task<Totals> GetTotals(TotalsRequest request, ServerCallContext context)
    {
        try
        {
            lock (engineLock)
            {
                return Task.FromResult(engine.GetTotals(request));
            }
        }
        catch (HistoryException fault)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Message));
        }
    }

    public override async Task GetHistory(HistoryRequest request, IServerStreamWriter<HistoryRow> responseStream, ServerCallContext context)
    {
        IEnumerable<HistoryRow> rows;
        try
        {
            rows = engine.GetHistory(request);
        }
        catch (HistoryException fault)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, fault.Message));
        }

        try
        {
            foreach (HistoryRow row in rows)
            {
                await responseStream.WriteAsync(row, context.CancellationToken).ConfigureAwait(false);
            }
        }
        catch (HistoryException fault)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, fault.Message));
        }
    }
}
