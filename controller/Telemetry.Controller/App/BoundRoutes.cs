using System.Globalization;
using System.Text;
using Telemetry.Controller.Entries;

namespace Telemetry.Controller.App;

/// <summary>
/// Routes of one switch that were bound before: most stay the same when a link changes, and an entry that is the same
/// object needs no comparison. Not thread-safe.
/// </summary>
internal sealed class BoundRoutes
{
    private const int Most = 100_000;
    private readonly Dictionary<string, P4Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The entry of a route or an ECMP group.</summary>
    public P4Entry Of(EntrySpec route, Func<EntrySpec, P4Entry> bind)
    {
        if (route is not TableEntrySpec spec)
        {
            return bind(route);
        }

        string key = Key(spec);
        if (!_entries.TryGetValue(key, out P4Entry? entry))
        {
            if (_entries.Count == Most)
            {
                _entries.Clear(); // whatever is needed is bound again
            }

            _entries.Add(key, entry = bind(route));
        }

        return entry;
    }

    private static string Key(TableEntrySpec spec)
    {
        StringBuilder key = new(spec.Table);
        foreach (MatchSpec match in spec.Matches)
        {
            key.Append(' ').Append(match.Field).Append('=').Append(match.Text);
        }

        Append(key, spec.Action, spec.Arguments);
        foreach (ActionChoice choice in spec.Choices)
        {
            Append(key, choice.Action, choice.Arguments);
            key.Append(CultureInfo.InvariantCulture, $" {choice.Weight} {choice.WatchPort}");
        }

        return key.ToString();
    }

    private static void Append(StringBuilder key, string action, IReadOnlyList<ActionArgument> arguments)
    {
        key.Append(' ').Append(action);
        foreach (ActionArgument argument in arguments)
        {
            key.Append(' ').Append(argument.Name).Append('=').Append(argument.Value.ToString());
        }
    }
}
