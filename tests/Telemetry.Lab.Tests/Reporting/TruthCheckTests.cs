using Telemetry.Collector.Contracts;
using Telemetry.Lab.Reporting;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Tests.Reporting;

public class TruthCheckTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Of_CoveredMissedAndExtra_CountsEachByKind()
    {
        TruthCheck check = TruthCheck.Of(
            [
                new("congestion", "s1-p1", 10 * Second, 11 * Second),
                new("congestion", "s1-p1", 20 * Second, 21 * Second),
                new("loss", "s1-s5", 5 * Second, 8 * Second),
                new("linkdown", "s1-s2", 5 * Second, null),
            ],
            [
                Alert("congestion", "s1-p1", 110, 111),     // the run began at 100 s
                Alert("congestion", "s1-p1", 121.5, 122),   // too late for queues
                Alert("loss", "s1-s5", 110, null),          // not too late for counters
                Alert("linkdown", "s1-s3", 105, null),
            ],
            100 * Second);
        Assert.Equal(
            [new("congestion", 2, 1, 2, 1), new("linkdown", 1, 0, 1, 1), new KindCheck("loss", 1, 1, 1, 0)],
            check.Kinds);
        Assert.Equal([5 * Second, 20 * Second], check.Missed.Select(m => m.StartNs).Order());
        Assert.Equal(["congestion", "linkdown"], check.Extra.Select(e => e.Kind));
        Assert.False(check.Holds);
    }

    private static Alert Alert(string kind, string entity, double start, double? end)
    {
        Alert alert = new() { Kind = kind, Entity = entity, StartNs = (long)(start * Second) };
        if (end is { } known)
        {
            alert.EndNs = (long)(known * Second);
        }

        return alert;
    }
}
