using Telemetry.Collector.Captures;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Tests.Captures;

public class ReportFilterTests
{
    private static bool Holds(string filter)
    {
        DecodedReport report = new();
        ReportDecoder decoder = new(Reports.TwoHops(7, 5, depth1: 4), report);
        Assert.True(decoder.MoveNext());
        return ReportFilter.Parse(filter).Holds(3, 1.5m, report);
    }

    [Theory]
    [InlineData("node == 2", true)]
    [InlineData("node==2 and hop == 1", true)]
    [InlineData("hop in 3..9", false)]
    [InlineData("src in 10.0.1.0/24", true)]
    [InlineData("src in 10.0.2.0/24 or dst == 10.0.2.2", true)]
    [InlineData("addr != 10.0.2.2", false)]
    [InlineData("not (udp && dport = 80)", false)]
    [InlineData("!drop", true)]
    [InlineData("depth >= 4", true)]
    [InlineData("latency > 30", false)]
    [InlineData("version == 2.0 and packet < 4 and time > 1.4 and seq == 0x7", true)]
    [InlineData("tcp or ipv6 or tunnel or mx or congested", false)]
    public void Holds_Condition_AsExpected(string filter, bool expected) => Assert.Equal(expected, Holds(filter));

    [Theory]
    [InlineData("", "at 1 of \"\": a field is expected")]
    [InlineData("nodes == 2", "at 1 of \"nodes == 2\": there is no field \"nodes\"")]
    [InlineData("node == x", "at 9 of \"node == x\": a number is expected")]
    [InlineData("(node == 2", "at 11")]
    [InlineData("node == 2 drop", "at 11 of \"node == 2 drop\": \"and\", \"or\" or the end is expected")]
    [InlineData("src > 1", "== ADDRESS")]
    public void Parse_Fault_SaysWhereAndWhat(string filter, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => ReportFilter.Parse(filter)).Message, StringComparison.Ordinal);
}
