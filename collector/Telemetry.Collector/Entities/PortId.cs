using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Entities;

/// <summary>A switch port; ordered by the switch's name (code points), then by number.</summary>
/// <param name="Switch">Switch name.</param>
/// <param name="Port">Port number.</param>
public readonly record struct PortId(string Switch, uint Port) : IComparable<PortId>
{
    /// <summary>Entity name: <c>s1-p3</c>.</summary>
    public string Entity => EntityNames.Port(Switch, Port);

    /// <summary>The port of a window.</summary>
    public static PortId Of(PortWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return new PortId(window.Switch, window.Port);
    }

    /// <inheritdoc/>
    public int CompareTo(PortId other)
    {
        int order = string.CompareOrdinal(Switch, other.Switch);
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    public static bool operator <(PortId left, PortId right) => left.CompareTo(right) < 0;

    public static bool operator >(PortId left, PortId right) => left.CompareTo(right) > 0;

    public static bool operator <=(PortId left, PortId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PortId left, PortId right) => left.CompareTo(right) >= 0;
}
