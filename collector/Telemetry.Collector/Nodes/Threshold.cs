using System.Globalization;

namespace Telemetry.Collector.Nodes;

/// <summary>A limit above which an entity's window is told as an event, once until it is below again.</summary>
/// <param name="Metric">What.</param>
/// <param name="Entity">Of which port (s1-p3), link (s1-s2) or flow (h1>h4); null of all.</param>
/// <param name="Limit">Nanoseconds, packets, or a share, as the metric has it.</param>
public sealed record Threshold(ThresholdMetric Metric, string? Entity, double Limit)
{
    /// <summary>How it is written.</summary>
    public const string Form = "METRIC[@ENTITY]=LIMIT, as latency@s1-p3=500us, link=2ms, flow@h1>h4=5ms, queue=50, utilisation=90% or loss=1%";

    /// <summary>Reads one; false where it has not this form.</summary>
    public static bool TryParse(string text, out Threshold? threshold)
    {
        ArgumentNullException.ThrowIfNull(text);
        threshold = null;
        int equals = text.LastIndexOf('=');
        if (equals < 0)
        {
            return false;
        }

        int at = text.IndexOf('@', StringComparison.Ordinal);
        string metric = text[..(at >= 0 && at < equals ? at : equals)];
        string? entity = at >= 0 && at < equals ? text[(at + 1)..equals] : null;
        if (!Enum.TryParse(metric, ignoreCase: true, out ThresholdMetric known) || !char.IsLetter(metric[0]) || entity is "")
        {
            return false;
        }

        if (LimitOf(known, text[(equals + 1)..]) is not { } limit)
        {
            return false;
        }

        threshold = new Threshold(known, entity, limit);
        return true;
    }

    /// <summary>A value as people read it.</summary>
    public string TextOf(double value) => Metric switch
    {
        ThresholdMetric.Queue => string.Create(CultureInfo.InvariantCulture, $"{value:0} packets"),
        ThresholdMetric.Utilisation or ThresholdMetric.Loss => string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.##} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value / 1000:0.###} us"),
    };

    private static double? LimitOf(ThresholdMetric metric, string text)
    {
        (string Suffix, double Factor)[] units = metric switch
        {
            ThresholdMetric.Queue => [("", 1)],
            ThresholdMetric.Utilisation or ThresholdMetric.Loss => [("%", 0.01)],
            _ => [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)],
        };
        foreach ((string suffix, double factor) in units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return number * factor;
            }
        }

        return null;
    }
}
