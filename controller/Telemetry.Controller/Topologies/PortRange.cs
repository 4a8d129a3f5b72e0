using System.Globalization;

namespace Telemetry.Controller.Topologies;

/// <summary>L4 ports from one to another, both included.</summary>
/// <param name="First">Lowest.</param>
/// <param name="Last">Highest, not below <paramref name="First"/>.</param>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>Whether a port lies in it.</summary>
    public bool Contains(ushort port) => port >= First && port <= Last;

    /// <summary>Reads <c>22</c> or <c>8000-8999</c>.</summary>
    public static bool TryParse(string text, out PortRange range)
    {
        string[] parts = text.Split('-');
        range = default;
        if (parts.Length > 2
            || !ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
            || !ushort.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last)
            || last < first)
        {
            return false;
        }

        range = new PortRange(first, last);
        return true;
    }

    /// <summary><c>22</c> or <c>8000-8999</c>.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
