using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Controller.App;

namespace Telemetry.Lab.Running;

/// <summary>The way back of the closed loop: hands a data center's alerts to a controller.</summary>
public static class AlertFeed
{
    private const string Client = "closed loop";
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    /// <summary>Follows a data center over gRPC until cancelled, and connects again where it ends; alerts that ended meanwhile are told then.</summary>
    /// <param name="channel">Of the data center.</param>
    /// <param name="controller">Hears of alerts.</param>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="cancellation">Ends it; the task then completes normally.</param>
    public static async Task FollowAsync(GrpcChannel channel, ControllerApp controller, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(controller);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using AsyncServerStreamingCall<Update> call = new Feed.FeedClient(channel)
                    .Subscribe(new SubscribeRequest { Client = Client }, cancellationToken: cancellation);
                await foreach (Update update in call.ResponseStream.ReadAllAsync(cancellation).ConfigureAwait(false))
                {
                    Take(update, controller);
                }
            }
            catch (Exception fault) when (fault is RpcException or OperationCanceledException)
            {
                // gone, or told to end: the loop's condition knows
            }

            try
            {
                await Task.Delay(s_retry, time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Follows a data center of this process on the thread of a virtual clock; dispose the timer, then the subscription.</summary>
    internal static ITimer Follow(FeedSubscription subscription, ControllerApp controller, TimeProvider time) => time.CreateTimer(
        _ =>
        {
            while (subscription.TryRead(out Update? update))
            {
                Take(update, controller);
            }
        },
        null,
        s_interval,
        s_interval);

    private static void Take(Update update, ControllerApp controller)
    {
        switch (update.WhatCase)
        {
            case Update.WhatOneofCase.Alert:
                Tell(update.Alert);
                break;
            case Update.WhatOneofCase.Snapshot:
                foreach (Alert alert in update.Snapshot.Alerts)
                {
                    Tell(alert);
                }

                break;
        }

        void Tell(Alert alert) => controller.OnAlert(alert.Kind, alert.Entity, !alert.HasEndNs);
    }
}
