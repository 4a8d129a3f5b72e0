namespace Telemetry.Tui.Health;

/// <summary>What an operator needs to know about one thing; the larger the worse. Only <see cref="Ok"/> is good news.</summary>
internal enum HealthState
{
    Ok,
    /// <summary>Known to be there, carries nothing.</summary>
    Idle,
    /// <summary>Was fine when last heard of; the feed is old.</summary>
    Stale,
    /// <summary>Nothing is known, or nothing recent.</summary>
    Unknown,
    /// <summary>Drops, errors, a queue that fills, or an alert of a lesser kind.</summary>
    Warn,
    /// <summary>A device that was heard and is not any more.</summary>
    Silent,
    /// <summary>Congested.</summary>
    Hot,
    Down,
}

/// <summary>How far the feed can be trusted.</summary>
internal enum Freshness
{
    /// <summary>Connected, and news within the limit.</summary>
    Live,
    /// <summary>Connected, but no news for too long.</summary>
    Stale,
    /// <summary>Not connected: whatever is shown is from before.</summary>
    Lost,
}
