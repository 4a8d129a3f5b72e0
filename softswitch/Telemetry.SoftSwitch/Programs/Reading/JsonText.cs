using System.Text.Json;

namespace Telemetry.SoftSwitch.Programs.Reading;

/// <summary>Texts of a program that must be there.</summary>
internal static class JsonText
{
    /// <exception cref="FormatException">The element is null.</exception>
    /// <exception cref="InvalidOperationException">The element is no text.</exception>
    public static string Required(this JsonElement element) => element.GetString() ?? throw new FormatException("null where a text was expected");
}
