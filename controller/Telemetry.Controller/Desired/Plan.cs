using System.Text;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;

namespace Telemetry.Controller.Desired;

/// <summary>What has to be written so that a switch has what it shall have. Nothing is written before <see cref="ApplyAsync"/>.</summary>
public sealed class Plan
{
    private readonly P4Switch _owner;
    private readonly IReadOnlyList<P4Entry> _desired;

    internal Plan(P4Switch owner, IReadOnlyList<P4Entry> desired, IReadOnlyList<PlanStep> steps, int unchanged)
    {
        _owner = owner;
        _desired = desired;
        Steps = steps;
        Unchanged = unchanged;
    }

    /// <summary>Insertions and modifications, then deletions.</summary>
    public IReadOnlyList<PlanStep> Steps { get; }

    /// <summary>Entries that are as they shall be.</summary>
    public int Unchanged { get; }

    /// <summary>Nothing is to be done, as far as the switch can tell.</summary>
    public bool IsEmpty => Steps.All(s => s.Blind);

    /// <summary>Writes it. What changed meanwhile is mended: afterwards the switch has what was planned.</summary>
    /// <exception cref="P4Runtime.Errors.P4RuntimeException">A write failed.</exception>
    public async Task<WriteReport> ApplyAsync(CancellationToken cancellation = default)
    {
        WriteReport report = await _owner.ForceAsync([.. Steps.Select(s => s.Update)], cancellation).ConfigureAwait(false);
        _owner.Applied = new DesiredState(_desired);
        return report;
    }

    /// <summary>A line a step, and a last line that counts them.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (PlanStep step in Steps)
        {
            text.Append(step).Append('\n');
        }

        return text.Append(Summary).ToString();
    }

    /// <summary><c>2 to add, 1 to change, 0 to remove, 14 unchanged</c>.</summary>
    public string Summary => $"{Count(UpdateKind.Insert)} to add, {Count(UpdateKind.Modify)} to change, {Count(UpdateKind.Delete)} to remove, {Unchanged} unchanged";

    private int Count(UpdateKind kind) => Steps.Count(s => s.Update.Kind == kind);
}
