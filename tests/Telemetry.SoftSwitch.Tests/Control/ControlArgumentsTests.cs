using Telemetry.SoftSwitch.Control;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Tests.Control;

public sealed class ControlArgumentsTests
{
    private static ControlArguments Parse(string line) => ControlArguments.Parse(["--control", .. line.Split(' ')]);

    [Fact]
    public void Parse_Commands_AreUnderstood()
    {
        ControlArguments rate = Parse("127.0.0.1:9559 rate 1=1000000 2:7=0");
        Assert.Equal(("127.0.0.1:9559", "rate"), (rate.Address, rate.Command));
        Assert.Equal([(1, -1, 1_000_000L), (2, 7, 0L)], rate.Queues);
        Assert.Equal([(3, 5, 0L)], Parse("h:1 queues 3:5 --json").Queues);
        Assert.Equal(new TraceOptions(TraceLevel.Trace, 4, 0), Parse("h:1 trace -L trace --log-port 4 --log-rate 0").Trace);
        Assert.Equal((true, null), (Parse("h:1 timing on").Timing, Parse("h:1 timing show").Timing));
        Assert.Equal(TraceLevel.Off, Parse("h:1 log off").Trace.Level);
    }

    [Theory]
    [InlineData("--control: 'here' is not HOST:PORT", "here ports")]
    [InlineData("--control: '0' is no number from 1 to 65535", "h:0 ports")]
    [InlineData("no command; there are ports, queues, rate, depth, timing, trace, log", "h:1")]
    [InlineData("no command 'port'; there are", "h:1 port")]
    [InlineData("ports takes no argument", "h:1 ports 1")]
    [InlineData("timing takes on, off or show", "h:1 timing")]
    [InlineData("rate takes one or more PORT[:PRIO]=BPS", "h:1 rate")]
    [InlineData("rate: '5' is not PORT=BPS or PORT:PRIO=BPS", "h:1 rate 5")]
    [InlineData("rate: '8' is no number from 0 to 7", "h:1 rate 5:8=1")]
    [InlineData("depth: '0' is no number from 1 to 1000000", "h:1 depth 5=0")]
    [InlineData("queues: '512' is no number from 0 to 511", "h:1 queues 512")]
    [InlineData("log: 'loud' is no level; there are trace,", "h:1 log loud")]
    [InlineData("unknown option --jason", "h:1 ports --jason")]
    [InlineData("--tls-cert and --tls-key belong together", "h:1 ports --tls-ca a --tls-cert b")]
    public void Parse_Wrong_SaysWhatWasExpected(string expected, string line) =>
        Assert.StartsWith(expected, Assert.Throws<FormatException>(() => Parse(line)).Message, StringComparison.Ordinal);
}
