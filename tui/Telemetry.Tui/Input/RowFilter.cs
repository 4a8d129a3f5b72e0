namespace Telemetry.Tui.Input;

/// <summary>The <c>/</c> filter: text that a row contains, without regard to case; <c>!text</c>: rows that do not.</summary>
internal static class RowFilter
{
    /// <summary>Whether a row stays.</summary>
    /// <param name="filter">What was typed; empty or a lone <c>!</c> keeps everything.</param>
    /// <param name="texts">What the row shows.</param>
    public static bool Keeps(string filter, params ReadOnlySpan<string> texts)
    {
        bool inverse = filter.StartsWith('!');
        string wanted = inverse ? filter[1..] : filter;
        if (wanted.Length == 0)
        {
            return true;
        }

        foreach (string text in texts)
        {
            if (text.Contains(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return !inverse;
            }
        }

        return inverse;
    }
}
