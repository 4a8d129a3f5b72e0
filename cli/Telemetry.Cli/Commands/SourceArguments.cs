using System.CommandLine;
using System.Globalization;
using Telemetry.Collector.Sources;

namespace Telemetry.Cli.Commands;

/// <summary>The options of a node that say where its reports come from, besides a socket.</summary>
internal sealed class SourceArguments
{
    private readonly Option<string?> _replay = new("--replay") { Description = "Capture file (pcap, pcapng) to take reports from once, instead of the socket: windows carry the capture's time" };
    private readonly Option<string?> _speed = new("--speed") { Description = "How often faster than it was captured: 1 (default), N, or max" };
    private readonly Option<bool> _asNow = new("--as-now") { Description = "Replay as if the capture began now" };
    private readonly Option<string?> _capture = new("--capture") { Description = "INTERFACE or INTERFACE:FILTER to listen on for reports, where no socket can be bound; the filter in libpcap's language" };
    private readonly Option<int[]> _ports = new("--ports") { Description = "UDP ports that captured reports are sent to (default 32766); 0 for any", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };

    /// <summary>Adds them to a command.</summary>
    public SourceArguments(Command command)
    {
        foreach (Option option in (Option[])[_replay, _speed, _asNow, _capture, _ports])
        {
            command.Add(option);
        }
    }

    /// <summary>The file to replay; null for none.</summary>
    /// <exception cref="CommandException">An option is of no form, or goes with --replay only.</exception>
    public ReplayOptions? Replay(ParseResult parsed)
    {
        if (parsed.GetValue(_replay) is not { } file)
        {
            return parsed.GetValue(_speed) is null && !parsed.GetValue(_asNow) ? null : throw new CommandException("--speed and --as-now go with --replay");
        }

        double speed = parsed.GetValue(_speed) switch
        {
            null => 1,
            "max" => 0,
            { } text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) && factor is > 0 and <= 1e6 => factor,
            { } text => throw new CommandException($"--speed {text}: a factor from above 0 to 1,000,000, or max, expected"),
        };
        ReplayOptions options = new() { File = file, Speed = speed, AsNow = parsed.GetValue(_asNow) };
        return Ports(parsed) is { Length: > 0 } ports ? options with { Ports = ports } : options;
    }

    /// <summary>The interface to listen on; null for none.</summary>
    /// <exception cref="CommandException">An option is of no form.</exception>
    public LiveCaptureOptions? Capture(ParseResult parsed)
    {
        if (parsed.GetValue(_capture) is not { } text)
        {
            return Ports(parsed).Length == 0 || parsed.GetValue(_replay) is not null ? null : throw new CommandException("--ports goes with --replay or --capture");
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        (string name, string filter) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        LiveCaptureOptions options = new() { Interface = name, Filter = filter };
        return Ports(parsed) is { Length: > 0 } ports ? options with { Ports = ports } : options;
    }

    private ushort[] Ports(ParseResult parsed) => [.. parsed.GetRequiredValue(_ports).Select(port => port is >= 0 and <= ushort.MaxValue
        ? (ushort)port
        : throw new CommandException($"--ports {port}: a UDP port, 1 to 65535, or 0 for any, expected"))];
}
