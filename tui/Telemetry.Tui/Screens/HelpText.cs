using Telemetry.Tui.Drawing;

namespace Telemetry.Tui.Screens;

/// <summary>What the <c>?</c> key shows.</summary>
internal static class HelpText
{
    public static IReadOnlyList<DetailLine> Lines(Glyphs glyphs) =>
    [
        new("1 2 3 4", "overview, topology, ports, alerts; Tab goes on, Shift-Tab back", Ink.Strong),
        new(":", "a command: overview topology ports alerts faults freeze help quit; its first letters do"),
        new("/", "filter: rows that contain the text, !text: rows that do not; Enter keeps it, Esc drops it"),
        new("f", "faults only"),
        new("p", "freeze the picture; what arrives is kept and shown when it runs again"),
        new("arrows j k", "choose a row, PgUp PgDn Home End g G likewise; Enter shows all about it"),
        new("s left right", "ports: column to sort by, r reverses"),
        new("Esc", "back: one thing at a time"),
        new("q Ctrl-C", "leave; in a filter q is a letter"),
        new("", ""),
        new("states", $"{glyphs.Symbol(Health.HealthState.Down)} DOWN   {glyphs.Symbol(Health.HealthState.Hot)} HOT: congested   {glyphs.Symbol(Health.HealthState.Silent)} SILENT   {glyphs.Symbol(Health.HealthState.Warn)} WARN"),
        new("", $"{glyphs.Symbol(Health.HealthState.Unknown)} unknown   {glyphs.Symbol(Health.HealthState.Stale)} stale: was fine, the feed is old   {glyphs.Symbol(Health.HealthState.Idle)} idle   {glyphs.Symbol(Health.HealthState.Ok)} ok"),
        new("", "a state with a question mark is the last one known before the feed was lost"),
        new("lines", "thin: up, heavy: hot, dashed: warning, dotted: unknown, a gap with a cross: down"),
        new("bar", "queue of capacity: solid up to the median, hatched up to the maximum of the last second"),
    ];
}
