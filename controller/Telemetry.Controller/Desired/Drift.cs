using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Desired;

/// <summary>An entry that is not as this client left it.</summary>
/// <param name="Expected">What this client wrote; null where another client added an entry.</param>
/// <param name="Present">What the switch has; null where another client removed the entry.</param>
public sealed record Drift(P4Entry? Expected, P4Entry? Present)
{
    /// <summary>One line.</summary>
    public override string ToString() => (Expected, Present) switch
    {
        (null, { } added) => $"added by another client: {added.Text}",
        ({ } removed, null) => $"removed by another client: {removed.Text}",
        _ => $"changed by another client: {Present!.Text}  (was {Expected!.Text})",
    };
}
