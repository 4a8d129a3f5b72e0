using System.Globalization;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>The command line of simple_switch_grpc as this switch understands it, and two options of its own.</summary>
public sealed record SwitchCommandLine
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        Usage: telemetry switch [options] [JSON] [-- options]
        Runs one embedded switch on network interfaces, with simple_switch_grpc's command line.

          -i, --interface PORT@IFACE     network interface of a port, 0 to 510; repeatable
          --device-id N                  P4Runtime device id (0)
          --grpc-server-addr HOST:PORT   where P4Runtime is served (0.0.0.0:9559; port 0 takes a free one)
          --cpu-port N                   port of packet-in and packet-out (none)
          --drop-port N                  egress port that drops (511)
          --no-p4                        start without a program and wait for one over P4Runtime
          --queue-rate PORT=BPS          line rate of a port in bits per second (unlimited); repeatable
          --queue-depth PORT=N           packets that wait at most, for each priority (64); repeatable
          --log-console, --log-file FILE print what the program logs; -L, --log-level LEVEL is accepted
          -h, --help; -v, --version; --json-version

        Accepted and without effect here: --thrift-port, --nanolog, --notifications-addr, --log-flush,
        --dump-packet-data, --max-port-count, --priority-queues (there are always 8), --max-mc-groups,
        --disable-swap, --pcap, --dp-grpc-server-addr, --restore-state.
        Not available: --use-files, --packet-in, --debugger, --grpc-server-ssl and its certificates.
        """;

    private static readonly HashSet<string> IgnoredWithValue =
        ["--thrift-port", "--nanolog", "--notifications-addr", "--max-port-count", "--priority-queues", "--max-mc-groups", "--dp-grpc-server-addr",
         "--restore-state", "--log-level", "-L", "--dump-packet-data"];

    private static readonly HashSet<string> Ignored = ["--log-flush", "--disable-swap"];

    private static readonly HashSet<string> Refused =
        ["--use-files", "--packet-in", "--debugger", "--debugger-addr", "--grpc-server-ssl", "--grpc-server-cacert", "--grpc-server-cert", "--grpc-server-key", "--grpc-server-with-client-auth"];

    /// <summary>Interface of each port.</summary>
    public IReadOnlyDictionary<int, string> Interfaces { get; init; } = new SortedDictionary<int, string>();

    /// <summary>Line rates in bits per second, by port.</summary>
    public IReadOnlyDictionary<int, long> QueueRates { get; init; } = new SortedDictionary<int, long>();

    /// <summary>Queue depths in packets, by port.</summary>
    public IReadOnlyDictionary<int, int> QueueDepths { get; init; } = new SortedDictionary<int, int>();

    /// <summary>P4Runtime device id.</summary>
    public ulong DeviceId { get; init; }

    /// <summary>Address that P4Runtime is served on.</summary>
    public string GrpcHost { get; init; } = "0.0.0.0";

    /// <summary>TCP port of it.</summary>
    public int GrpcPort { get; init; } = 9559;

    /// <summary>CPU port; -1 for none.</summary>
    public int CpuPort { get; init; } = -1;

    /// <summary>Egress port that drops.</summary>
    public int DropPort { get; init; } = 511;

    /// <summary>The BMv2 JSON to start with; null to wait for one.</summary>
    public string? ProgramPath { get; init; }

    /// <summary>True to print what the program logs.</summary>
    public bool LogConsole { get; init; }

    /// <summary>File for what the program logs; null for none.</summary>
    public string? LogFile { get; init; }

    /// <summary>Text to print instead of running, for --help, --version and --json-version; null otherwise.</summary>
    public string? Answer { get; init; }

    /// <summary>Options that were given and have no effect here.</summary>
    public IReadOnlyList<string> WithoutEffect { get; init; } = [];

    /// <summary>Reads the arguments; every fault is one line, and none means that the result can be used.</summary>
    public static (SwitchCommandLine Options, IReadOnlyList<string> Faults) Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        Parser parser = new(args);
        SwitchCommandLine options = parser.Read();
        return (options, parser.Faults);
    }

    private sealed class Parser(IReadOnlyList<string> args)
    {
        private readonly SortedDictionary<int, string> _interfaces = [];
        private readonly SortedDictionary<int, long> _rates = [];
        private readonly SortedDictionary<int, int> _depths = [];
        private readonly List<string> _withoutEffect = [];
        private int _next;

        public List<string> Faults { get; } = [];

        public SwitchCommandLine Read()
        {
            SwitchCommandLine result = new();
            bool noProgram = false;
            while (_next < args.Count)
            {
                string arg = args[_next++];
                if (arg == "--")
                {
                    continue;
                }

                if (!arg.StartsWith('-'))
                {
                    if (result.ProgramPath is not null)
                    {
                        Faults.Add($"{arg}: only one program is run, and {result.ProgramPath} was given");
                    }

                    result = result with { ProgramPath = arg };
                    continue;
                }

                int equals = arg.StartsWith("--", StringComparison.Ordinal) ? arg.IndexOf('=', StringComparison.Ordinal) : -1;
                string name = equals < 0 ? arg : arg[..equals];
                string? inline = equals < 0 ? null : arg[(equals + 1)..];
                noProgram |= name == "--no-p4";
                result = Option(result, name, inline);
            }

            if (result.ProgramPath is null && !noProgram && result.Answer is null && Faults.Count == 0)
            {
                Faults.Add("no program: give the BMv2 JSON, or --no-p4 to wait for one over P4Runtime");
            }

            return result with { Interfaces = _interfaces, QueueRates = _rates, QueueDepths = _depths, WithoutEffect = _withoutEffect };
        }

        private SwitchCommandLine Option(SwitchCommandLine so, string name, string? inline)
        {
            switch (name)
            {
                case "-h" or "--help":
                    return so with { Answer = Usage };
                case "-v" or "--version":
                    return so with { Answer = typeof(SwitchCommandLine).Assembly.GetName().Version?.ToString() };
                case "--json-version":
                    return so with { Answer = "2.24" };
                case "--no-p4":
                    return so;
                case "--log-console":
                    return so with { LogConsole = true };
                case "--log-file":
                    return so with { LogFile = Value(name, inline) };
                case "-i" or "--interface":
                    if (Pair(name, inline, '@') is (int port, string device))
                    {
                        CheckDuplicate(_interfaces.TryAdd(port, device), name, port);
                    }

                    return so;
                case "--queue-rate":
                    if (Pair(name, inline, '=') is (int ratePort, string rate) && Number(name, rate, 1, long.MaxValue) is long bps)
                    {
                        CheckDuplicate(_rates.TryAdd(ratePort, bps), name, ratePort);
                    }

                    return so;
                case "--queue-depth":
                    if (Pair(name, inline, '=') is (int depthPort, string depth) && Number(name, depth, 1, 1_000_000) is long packets)
                    {
                        CheckDuplicate(_depths.TryAdd(depthPort, (int)packets), name, depthPort);
                    }

                    return so;
                case "--device-id":
                    return so with { DeviceId = (ulong)(Number(name, Value(name, inline), 0, long.MaxValue) ?? 0) };
                case "--cpu-port":
                    return so with { CpuPort = (int)(Number(name, Value(name, inline), 0, 511) ?? -1) };
                case "--drop-port":
                    return so with { DropPort = (int)(Number(name, Value(name, inline), 0, 511) ?? 511) };
                case "--grpc-server-addr":
                    return Address(so, Value(name, inline));
                case "--pcap":
                    // The directory is optional: as "--pcap=DIR", or as the next word when that is one, as p4lang/tutorials write it.
                    if (inline is null && _next + 1 < args.Count && Directory.Exists(args[_next]))
                    {
                        _next++;
                    }

                    _withoutEffect.Add(name);
                    return so;
                default:
                    Other(name, inline);
                    return so;
            }
        }

        private void Other(string name, string? inline)
        {
            if (IgnoredWithValue.Contains(name))
            {
                Value(name, inline);
                _withoutEffect.Add(name);
            }
            else if (Ignored.Contains(name))
            {
                _withoutEffect.Add(name);
            }
            else
            {
                Faults.Add(Refused.Contains(name) ? $"{name} is not available in this switch" : $"unknown option {name}; --help lists the options");
            }
        }

        private string? Value(string name, string? inline)
        {
            if (inline is not null)
            {
                return inline;
            }

            if (_next < args.Count && args[_next] != "--")
            {
                return args[_next++];
            }

            Faults.Add($"{name} needs a value");
            return null;
        }

        private long? Number(string name, string? text, long least, long most)
        {
            if (text is null)
            {
                return null;
            }

            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most)
            {
                return value;
            }

            Faults.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}' is no number from {least} to {most}"));
            return null;
        }

        private (int Port, string Text)? Pair(string name, string? inline, char separator)
        {
            if (Value(name, inline) is not string text)
            {
                return null;
            }

            int at = text.IndexOf(separator, StringComparison.Ordinal);
            if (at <= 0 || at == text.Length - 1)
            {
                Faults.Add($"{name}: '{text}' is not PORT{separator}{(separator == '@' ? "INTERFACE" : "VALUE")}");
                return null;
            }

            return Number(name, text[..at], 0, 510) is long port ? ((int)port, text[(at + 1)..]) : null;
        }

        private void CheckDuplicate(bool added, string name, int port)
        {
            if (!added)
            {
                Faults.Add($"{name}: port {port} is given twice");
            }
        }

        private SwitchCommandLine Address(SwitchCommandLine so, string? text)
        {
            int at = text?.LastIndexOf(':') ?? -1;
            if (text is null)
            {
                return so;
            }

            if (at <= 0)
            {
                Faults.Add($"--grpc-server-addr: '{text}' is not HOST:PORT");
                return so;
            }

            return Number("--grpc-server-addr", text[(at + 1)..], 0, 65535) is long port ? so with { GrpcHost = text[..at], GrpcPort = (int)port } : so;
        }
    }
}
