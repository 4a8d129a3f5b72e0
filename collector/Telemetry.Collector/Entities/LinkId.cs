using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Entities;

/// <summary>A directed link by its two ends; ordered by them.</summary>
/// <param name="A">The end that sends.</param>
/// <param name="B">The end that receives.</param>
public readonly record struct LinkId(PortId A, PortId B) : IComparable<LinkId>
{
    /// <summary>Entity name, the same in both directions: <c>s1-s2</c>.</summary>
    public string Entity => EntityNames.Link(A.Switch, B.Switch);

    /// <summary>The same wire without a direction: its ends in order.</summary>
    public LinkId Undirected => A.CompareTo(B) <= 0 ? this : new LinkId(B, A);

    /// <summary>Both ends, in the direction of travel; not the record's own text, which would print <see cref="Undirected"/> for ever.</summary>
    public override string ToString() => $"{A.Entity}>{B.Entity}";

    /// <summary>The link of a window.</summary>
    public static LinkId Of(LinkWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return new LinkId(new PortId(window.A, window.APort), new PortId(window.B, window.BPort));
    }

    /// <summary>The wire of a status, without a direction.</summary>
    public static LinkId Of(LinkStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new LinkId(new PortId(status.A, status.APort), new PortId(status.B, status.BPort)).Undirected;
    }

    /// <inheritdoc/>
    public int CompareTo(LinkId other)
    {
        int order = A.CompareTo(other.A);
        return order != 0 ? order : B.CompareTo(other.B);
    }

    public static bool operator <(LinkId left, LinkId right) => left.CompareTo(right) < 0;

    public static bool operator >(LinkId left, LinkId right) => left.CompareTo(right) > 0;

    public static bool operator <=(LinkId left, LinkId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LinkId left, LinkId right) => left.CompareTo(right) >= 0;
}
