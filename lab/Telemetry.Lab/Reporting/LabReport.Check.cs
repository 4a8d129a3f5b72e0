using System.Text.Json;

namespace Telemetry.Lab.Reporting;

public static partial class LabReport
{
    /// <summary>Alerts against truth.</summary>
    private static void WriteCheck(Utf8JsonWriter json, TruthCheck check, long startNs)
    {
        json.WriteStartObject("check");
        json.WriteBoolean("holds", check.Holds);
        Array(json, "kinds", check.Kinds, (j, kind) =>
        {
            j.WriteString("kind", kind.Kind);
            j.WriteNumber("truth", kind.Truth);
            j.WriteNumber("covered", kind.Covered);
            j.WriteNumber("alerts", kind.Alerts);
            j.WriteNumber("extra", kind.Extra);
        });
        Array(json, "missed", check.Missed, WriteEpisode);
        Array(json, "extra", check.Extra, (j, alert) =>
        {
            j.WriteString("kind", alert.Kind);
            j.WriteString("entity", alert.Entity);
            Number(j, "start", (alert.StartNs - startNs) / 1e9, 6);
        });
        json.WriteEndObject();
    }
}
