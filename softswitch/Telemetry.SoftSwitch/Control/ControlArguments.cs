using System.Globalization;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Control;

/// <summary>The command line of <c>telemetry switch --control</c>.</summary>
internal sealed record ControlArguments
{
    public const string Usage = """
        Usage: telemetry switch --control HOST:PORT COMMAND [options]
        Asks or tells a switch that runs, at the address where it serves P4Runtime.

          ports                       state and counters of each port
          queues [PORT[:PRIO]]        limits and counters of the queues that were used, of a port or of one priority, 0 to 7
          rate PORT[:PRIO]=BPS ...    rates in bits per second; 0 for unlimited, of a priority for that of its port
          depth PORT[:PRIO]=N ...     packets that wait at most; of a priority 0 for that of its port
          timing on|off|show          time the parser, ingress, egress and deparser; starts from zero
          trace                       print what packets do, until interrupted
          log LEVEL                   change what the switch writes to its --log-console or --log-file

          -L, --log-level LEVEL       of trace: trace, debug (the default), info, warn or error
          --log-port N                of trace and log: only packets received on port N
          --log-rate N                of trace and log: of so many packets a second at most (1000), 0 for all
          --tls-ca FILE               the switch serves with TLS, its certificate signed by this authority, PEM
          --tls-cert FILE, --tls-key FILE   this client's certificate and key, PEM
          --json                      print JSON
        """;

    private static readonly Dictionary<string, string> Commands = new(StringComparer.Ordinal)
    {
        ["ports"] = "", ["queues"] = "at most one PORT[:PRIO]", ["rate"] = "one or more PORT[:PRIO]=BPS", ["depth"] = "one or more PORT[:PRIO]=N",
        ["timing"] = "on, off or show", ["trace"] = "", ["log"] = "a level",
    };

    public string Address { get; init; } = "";

    public string Command { get; init; } = "";

    /// <summary>Queues that the command is about, with the value to set; a priority of -1 is the whole port.</summary>
    public IReadOnlyList<(int Port, int Priority, long Value)> Queues { get; init; } = [];

    /// <summary>Timing to be turned on or off; null to show it.</summary>
    public bool? Timing { get; init; }

    public TraceOptions Trace { get; init; } = new(TraceLevel.Debug);

    public string? Authority { get; init; }

    public string? Certificate { get; init; }

    public string? Key { get; init; }

    public bool Json { get; init; }

    public bool Help { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">One is wrong: which, and what was expected.</exception>
    public static ControlArguments Parse(IReadOnlyList<string> args)
    {
        ControlArguments result = new();
        List<string> words = [];
        for (int i = 0; i < args.Count; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value");
            result = name switch
            {
                "--control" => result with { Address = Value() },
                "-L" or "--log-level" => result with { Trace = result.Trace with { Level = Level(name, Value()) } },
                "--log-port" => result with { Trace = result.Trace with { IngressPort = (int)Number(name, Value(), 0, Switch.PortCount - 1) } },
                "--log-rate" => result with { Trace = result.Trace with { PacketsPerSecond = (int)Number(name, Value(), 0, 1_000_000) } },
                "--tls-ca" => result with { Authority = Value() },
                "--tls-cert" => result with { Certificate = Value() },
                "--tls-key" => result with { Key = Value() },
                "--json" => result with { Json = true },
                "-h" or "--help" => result with { Help = true },
                _ when name.StartsWith('-') => throw new FormatException($"unknown option {name}; telemetry switch --control --help lists the options"),
                _ => Add(words, name, result),
            };
        }

        return result.Help || (words.Count == 0 && result.Address is "--help" or "-h") ? result with { Help = true } : Check(result, words);
    }

    private static ControlArguments Add(List<string> words, string word, ControlArguments result)
    {
        words.Add(word);
        return result;
    }

    private static ControlArguments Check(ControlArguments result, List<string> words)
    {
        int colon = result.Address.LastIndexOf(':');
        if (colon <= 0)
        {
            throw new FormatException($"--control: '{result.Address}' is not HOST:PORT");
        }

        Number("--control", result.Address[(colon + 1)..], 1, 65535);
        if ((result.Certificate is null) != (result.Key is null) || (result.Certificate is not null && result.Authority is null))
        {
            throw new FormatException("--tls-cert and --tls-key belong together, and need --tls-ca");
        }

        if (words.Count == 0 || !Commands.TryGetValue(words[0], out string? expected))
        {
            throw new FormatException($"{(words.Count == 0 ? "no command" : $"no command '{words[0]}'")}; there are {string.Join(", ", Commands.Keys)}");
        }

        string command = words[0];
        string[] rest = [.. words.Skip(1)];
        result = result with { Command = command };
        FormatException Unfit() => new(expected.Length == 0 ? $"{command} takes no argument" : $"{command} takes {expected}");
        switch (command)
        {
            case "queues" when rest.Length <= 1:
                return result with { Queues = [.. rest.Select(r => (QueueOf(command, r).Port, QueueOf(command, r).Priority, 0L))] };
            case "rate" or "depth" when rest.Length > 0:
                return result with { Queues = [.. rest.Select(r => Setting(command, r))] };
            case "timing" when rest is ["on" or "off" or "show"]:
                return result with { Timing = rest[0] == "show" ? null : rest[0] == "on" };
            case "log" when rest.Length == 1:
                return result with { Trace = result.Trace with { Level = Level(command, rest[0]) } };
            case "ports" or "trace" when rest.Length == 0:
                return result;
            default:
                throw Unfit();
        }
    }

    private static (int Port, int Priority, long Value) Setting(string command, string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new FormatException($"{command}: '{text}' is not PORT={(command == "rate" ? "BPS" : "N")} or PORT:PRIO={(command == "rate" ? "BPS" : "N")}");
        }

        (int port, int priority) = QueueOf(command, text[..equals]);
        return (port, priority, Number(command, text[(equals + 1)..], command == "depth" && priority < 0 ? 1 : 0, command == "depth" ? 1_000_000 : long.MaxValue));
    }

    private static (int Port, int Priority) QueueOf(string command, string text)
    {
        string[] parts = text.Split(':', 2);
        return ((int)Number(command, parts[0], 0, Switch.PortCount - 1), parts.Length == 1 ? -1 : (int)Number(command, parts[1], 0, EgressPort.Priorities - 1));
    }

    private static TraceLevel Level(string name, string text) =>
        TraceLevels.Find(text) ?? throw new FormatException($"{name}: '{text}' is no level; there are {TraceLevels.Known}");

    private static long Number(string name, string text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most ? value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}' is no number from {least} to {most}"));
}
