namespace Telemetry.Tui.Feed;

internal enum FeedPhase
{
    /// <summary>Dialling, or waiting for the first update.</summary>
    Connecting,
    Connected,
    /// <summary>Waiting to dial again.</summary>
    Lost,
}

/// <summary>The connection as of now; swapped whole.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Attempt">Dials since the last update arrived; 0 once connected.</param>
/// <param name="Reason">Why it was lost, one line; empty before the first loss.</param>
/// <param name="RetryAt">When it dials again, on the clock of <see cref="TimeProvider.GetTimestamp"/>; 0 when not waiting.</param>
internal sealed record FeedStatus(FeedPhase Phase, int Attempt, string Reason, long RetryAt)
{
    public static readonly FeedStatus Initial = new(FeedPhase.Connecting, 0, "", 0);
}

/// <summary>An update and when it arrived, on the clock of <see cref="TimeProvider.GetTimestamp"/>.</summary>
internal readonly record struct Received(Collector.Contracts.Update Update, long At);
