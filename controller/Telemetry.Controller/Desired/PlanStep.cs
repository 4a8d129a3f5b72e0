using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Desired;

/// <summary>One thing that a plan does.</summary>
/// <param name="Update">The write.</param>
/// <param name="Present">What the switch has under this key; null if nothing, or if it cannot tell.</param>
/// <param name="Drift">It is needed because another client changed what this one had written.</param>
/// <param name="Blind">The switch cannot tell whether it is there as it shall be: it is written anyway.</param>
public sealed record PlanStep(P4Update Update, P4Entry? Present, bool Drift, bool Blind)
{
    /// <summary><c>+ entry</c>, <c>~ entry (was ...)</c> or <c>- entry</c>.</summary>
    public override string ToString()
    {
        string mark = Update.Kind switch
        {
            UpdateKind.Insert => "+",
            UpdateKind.Delete => "-",
            _ => "~",
        };
        string was = Update.Kind == UpdateKind.Modify && Present is not null ? $"  (was {Target(Present.Text)})" : "";
        return $"{mark} {Update.Entry.Text}{was}{(Blind ? "  (cannot be read back: written anyway)" : "")}{(Drift ? "  (changed by another client)" : "")}";
    }

    /// <summary>What follows the key.</summary>
    private static string Target(string text)
    {
        int arrow = text.IndexOf(" -> ", StringComparison.Ordinal);
        return arrow < 0 ? text : text[(arrow + 4)..];
    }
}
