using System.CommandLine;
using Telemetry.Controller.Planning;

namespace Telemetry.Cli.Commands;

/// <summary>The options of every command that programs switches: which packets are watched, and what is reported of them.</summary>
internal sealed class TelemetryArguments
{
    private readonly Option<uint?> _filter = new("--report-filter")
    {
        Description = "Microseconds: report a flow again only when its path changes or its latency by more; by default every packet",
    };

    private readonly Option<uint> _timer = new("--report-timer") { Description = "Microseconds after which a filtered flow is reported anyway; 0 for never (with --report-filter)" };
    private readonly Option<bool> _drops = new("--report-drops") { Description = "Report packets that the pipeline drops, with the reason" };

    private readonly Option<int?> _queues = new("--report-queues")
    {
        Description = "Packets: report up to 100 packets of each time that a queue gets as long, until it is a third of it",
    };

    private readonly Option<bool> _intermediate = new("--report-intermediate") { Description = "Where the MTU leaves no room, report the stack so far instead of marking the packet" };
    private readonly Option<ushort> _rate = new("--watch-rate") { Description = "Watch one packet in so many, at random", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _ownUdp = new("--int-udp") { Description = "Put INT behind a UDP header of its own instead of the packet's L4 header" };

    /// <param name="command">Gets the options.</param>
    public TelemetryArguments(Command command)
    {
        foreach (Option option in new Option[] { _filter, _timer, _drops, _queues, _intermediate, _rate, _ownUdp })
        {
            command.Add(option);
        }
    }

    /// <summary>What was given; the defaults where nothing was.</summary>
    /// <exception cref="CommandException">A value is out of its bounds, or means nothing without another.</exception>
    public IntOptions Read(ParseResult parsed)
    {
        uint? filter = parsed.GetValue(_filter);
        uint timer = parsed.GetValue(_timer);
        if (timer != 0 && filter is null)
        {
            throw new CommandException("--report-timer needs --report-filter: without a filter every packet is reported");
        }

        if (parsed.GetValue(_queues) is < 3 or > 65535)
        {
            throw new CommandException($"--report-queues {parsed.GetValue(_queues)}: 3 to 65535 packets expected");
        }

        ushort rate = parsed.GetValue(_rate);
        if (rate == 0)
        {
            throw new CommandException("--watch-rate 0: 1 to 65535 expected");
        }

        IntOptions usual = new();
        return usual with
        {
            Filter = filter is { } latencyUs ? new ReportFilterOptions(latencyUs, timer) : null,
            ReportDrops = parsed.GetValue(_drops),
            Queues = parsed.GetValue(_queues) is { } depth ? new QueueWatchOptions { DepthHigh = depth, DepthLow = depth / 3 } : null,
            ReportIntermediate = parsed.GetValue(_intermediate),
            OwnUdpHeader = parsed.GetValue(_ownUdp),
            Watchlist = [.. usual.Watchlist.Select(r => r with { Rate = rate })],
        };
    }
}
