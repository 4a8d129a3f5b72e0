namespace Telemetry.Controller.App;

/// <summary>Bounds within which alerts shift load away from ports.</summary>
public sealed record ClosedLoopOptions
{
    /// <summary>Weight of a port without alerts, 2 to 16; 4 by default.</summary>
    public int MaximumWeight { get; init; } = 4;

    /// <summary>Weight that a port keeps whatever alerts say, 1 to below <see cref="MaximumWeight"/>; 1 by default.</summary>
    public int MinimumWeight { get; init; } = 1;

    /// <summary>Shortest time between two changes of a port, each by 1; 1 s by default.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a port has to be without alerts before it gets weight back; 5 s by default.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Each time that an alert comes back within <see cref="Calm"/> after a port got weight back, the port's calm doubles, up
    /// to this, so that load does not swing; 60 s by default.
    /// </summary>
    public TimeSpan CalmMaximum { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Kinds of alerts that count; congestion and microbursts by default.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = ["congestion", "microburst"];

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumWeight, 1, nameof(MinimumWeight));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MaximumWeight, MinimumWeight, nameof(MaximumWeight));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumWeight, 16, nameof(MaximumWeight));
        ArgumentOutOfRangeException.ThrowIfLessThan(Hold, TimeSpan.Zero, nameof(Hold));
        ArgumentOutOfRangeException.ThrowIfLessThan(Calm, Hold, nameof(Calm));
        ArgumentOutOfRangeException.ThrowIfLessThan(CalmMaximum, Calm, nameof(CalmMaximum));
    }
}
