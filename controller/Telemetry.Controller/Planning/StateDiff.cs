using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Planning;

/// <summary>What has to be written so that a switch gets from what it has to what it shall have.</summary>
public static class StateDiff
{
    /// <summary>
    /// Updates in an order that makes before it breaks: whatever is new or different by ascending order, so that an
    /// entry finds what it refers to; then what is to go, by descending order. Empty when nothing differs.
    /// </summary>
    /// <param name="installed">What the switch has.</param>
    /// <param name="desired">What it shall have.</param>
    public static IReadOnlyList<P4Update> Compute(DesiredState installed, DesiredState desired)
    {
        List<P4Update> updates = [];
        foreach (P4Entry entry in desired.Entries)
        {
            P4Entry? present = installed.Find(entry.Key);
            if (present is null)
            {
                updates.Add(P4Update.Insert(entry));
            }
            else if (!ReferenceEquals(present, entry) && !present.HasContentOf(entry))
            {
                updates.Add(P4Update.Modify(entry));
            }
        }

        updates.AddRange(installed.Entries.Reverse()
            .Where(e => desired.Find(e.Key) is null).Select(P4Update.Delete));
        return updates;
    }
}
