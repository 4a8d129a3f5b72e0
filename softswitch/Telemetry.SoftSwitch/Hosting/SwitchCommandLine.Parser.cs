using System.Globalization;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Hosting;

public sealed partial record SwitchCommandLine
{
    private static readonly HashSet<string> IgnoredWithValue =
        ["--thrift-port", "--nanolog", "--notifications-addr", "--max-port-count", "--priority-queues", "--max-mc-groups", "--max-l1-entries", "--max-l2-entries",
         "--restore-state", "--packet-in", "--debugger-addr"];

    private static readonly HashSet<string> Ignored = ["--log-flush", "--disable-swap", "--debugger"];

    private sealed class Parser(IReadOnlyList<string> args)
    {
        private readonly SortedDictionary<int, string> _interfaces = [];
        private readonly SortedDictionary<int, long> _rates = [];
        private readonly SortedDictionary<int, int> _depths = [];
        private readonly SortedDictionary<(int Port, int Priority), QueueOptions> _queues = [];
        private readonly List<string> _withoutEffect = [];
        private bool _noProgram;
        private bool _tls;
        private bool _clientAuth;
        private string? _certificate;
        private string? _key;
        private string? _authority;
        private int _next;

        public List<string> Faults { get; } = [];

        public SwitchCommandLine Read()
        {
            SwitchCommandLine result = new();
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

                result = Option(result, arg);
            }

            if (result.Answer is null && Faults.Count == 0)
            {
                result = Check(result);
            }

            return result with { Interfaces = _interfaces, QueueRates = _rates, QueueDepths = _depths, QueueLimits = _queues, WithoutEffect = _withoutEffect };
        }

        private SwitchCommandLine Check(SwitchCommandLine so)
        {
            if (so.ProgramPath is null && !_noProgram)
            {
                Faults.Add("no program: give the BMv2 JSON, or --no-p4 to wait for one over P4Runtime");
            }
            else if (so.ProgramPath is not null && _noProgram)
            {
                _withoutEffect.Add($"{so.ProgramPath} (because of --no-p4)");
                so = so with { ProgramPath = null };
            }

            if (so.CpuPort == so.DropPort)
            {
                Faults.Add($"--cpu-port: port {so.CpuPort} is the drop port; --drop-port names another");
            }

            if (so.LogConsole && so.LogFile is not null)
            {
                Faults.Add("--log-console and --log-file exclude each other");
            }

            if (so.PcapDirectory is not null && !Directory.Exists(so.PcapDirectory))
            {
                Faults.Add($"--pcap: there is no folder '{so.PcapDirectory}'");
            }

            return Secure(so);
        }

        private SwitchCommandLine Secure(SwitchCommandLine so)
        {
            if (!_tls)
            {
                foreach ((string name, bool given) in new[]
                {
                    ("--grpc-server-cert", _certificate is not null), ("--grpc-server-key", _key is not null),
                    ("--grpc-server-cacert", _authority is not null), ("--grpc-server-with-client-auth", _clientAuth),
                })
                {
                    if (given)
                    {
                        _withoutEffect.Add($"{name} (without --grpc-server-ssl)");
                    }
                }

                return so;
            }

            if (_certificate is null || _key is null)
            {
                Faults.Add($"--grpc-server-ssl needs --grpc-server-{(_certificate is null ? "cert" : "key")}");
                return so;
            }

            if (_clientAuth && _authority is null)
            {
                Faults.Add("--grpc-server-with-client-auth needs --grpc-server-cacert: who signs the clients' certificates");
            }

            return so with { Tls = new GrpcTls(_certificate, _key, _authority, _clientAuth) };
        }

        private SwitchCommandLine Option(SwitchCommandLine so, string arg)
        {
            (string name, string? inline) = Split(arg);
            switch (name)
            {
                case "-h" or "--help":
                    return so with { Answer = Usage };
                case "-v" or "--version":
                    return so with { Answer = typeof(SwitchCommandLine).Assembly.GetName().Version?.ToString() };
                case "--json-version":
                    return so with { Answer = "2.23" };
                case "--no-p4":
                    _noProgram = true;
                    return so;
                case "--log-console":
                    return so with { LogConsole = true };
                case "--log-file":
                    return so with { LogFile = Value(name, inline) };
                case "-L" or "--log-level":
                    return Level(name, Value(name, inline)) is TraceLevel level ? so with { Log = so.Log with { Level = level } } : so;
                case "--log-file-max-size":
                    return so with { LogFileBytes = Number(name, Value(name, inline), 1, long.MaxValue) ?? 1 };
                case "--log-file-max-files":
                    return so with { LogFileCount = (int)(Number(name, Value(name, inline), 0, 1000) ?? 0) };
                case "--dump-packet-data":
                    return so with { Log = so.Log with { DumpBytes = (int)(Number(name, Value(name, inline), 0, 65_536) ?? 0) } };
                case "--log-port":
                    return so with { Log = so.Log with { IngressPort = (int)(Number(name, Value(name, inline), 0, 511) ?? -1) } };
                case "--log-rate":
                    return so with { Log = so.Log with { PacketsPerSecond = (int)(Number(name, Value(name, inline), 0, 1_000_000) ?? 0) } };
                case "-i" or "--interface":
                    if (Pair(name, inline, '@') is (int port, string device))
                    {
                        CheckDuplicate(_interfaces.TryAdd(port, device), name, port);
                    }

                    return so;
                case "--queue-rate":
                    if (Queue(name, inline) is (int ratePort, int ratePriority, string rate) && Number(name, rate, 1, long.MaxValue) is long bps)
                    {
                        CheckDuplicate(ratePriority < 0 ? _rates.TryAdd(ratePort, bps) : Limit(ratePort, ratePriority, q => q.RateBitsPerSecond == 0, q => q with { RateBitsPerSecond = bps }), name, ratePort, ratePriority);
                    }

                    return so;
                case "--queue-depth":
                    if (Queue(name, inline) is (int depthPort, int depthPriority, string depth) && Number(name, depth, 1, 1_000_000) is long packets)
                    {
                        CheckDuplicate(depthPriority < 0 ? _depths.TryAdd(depthPort, (int)packets) : Limit(depthPort, depthPriority, q => q.DepthPackets == 0, q => q with { DepthPackets = (int)packets }), name, depthPort, depthPriority);
                    }

                    return so;
                case "--device-id":
                    return so with { DeviceId = (ulong)(Number(name, Value(name, inline), 0, long.MaxValue) ?? 0) };
                case "--workers":
                    return so with { Workers = (int)(Number(name, Value(name, inline), 1, Switching.SwitchOptions.MaxWorkers) ?? 1) };
                case "--cpu-port":
                    return so with { CpuPort = (int)(Number(name, Value(name, inline), 1, 511) ?? -1) };
                case "--drop-port":
                    return so with { DropPort = (int)(Number(name, Value(name, inline), 0, 511) ?? 511) };
                case "--grpc-server-addr":
                    return Address(name, Value(name, inline)) is GrpcAddress address ? so with { Grpc = address } : so;
                case "--dp-grpc-server-addr":
                    return Address(name, Value(name, inline)) is GrpcAddress dataplane ? so with { DataplaneGrpc = dataplane } : so;
                case "--pcap":
                    return so with { PcapDirectory = inline ?? NextFolder() ?? "." };
                case "--use-files":
                    return so with { UseFilesAfterSeconds = (int)(Number(name, Value(name, inline), 0, 86_400) ?? 0) };
                default:
                    Other(name, inline);
                    return so;
            }
        }

        private void Other(string name, string? inline)
        {
            switch (name)
            {
                case "--grpc-server-ssl":
                    _tls = true;
                    break;
                case "--grpc-server-with-client-auth":
                    _clientAuth = true;
                    break;
                case "--grpc-server-cert":
                    _certificate = Value(name, inline);
                    break;
                case "--grpc-server-key":
                    _key = Value(name, inline);
                    break;
                case "--grpc-server-cacert":
                    _authority = Value(name, inline);
                    break;
                default:
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
                        Faults.Add($"unknown option {name}; --help lists the options");
                    }

                    break;
            }
        }

        /// <summary>Name and value of "--name=value" and "-ivalue", as simple_switch_grpc reads them.</summary>
        private static (string Name, string? Value) Split(string arg)
        {
            if (!arg.StartsWith("--", StringComparison.Ordinal))
            {
                return arg.Length > 2 ? (arg[..2], arg[2..]) : (arg, null);
            }

            int equals = arg.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? (arg, null) : (arg[..equals], arg[(equals + 1)..]);
        }

        /// <summary>
        /// The folder after "--pcap": p4lang/tutorials give it as the next word, which might as well be the program.
        /// </summary>
        private string? NextFolder()
        {
            if (_next < args.Count && !args[_next].StartsWith('-')
                && (Directory.Exists(args[_next]) || !args[_next].EndsWith(".json", StringComparison.OrdinalIgnoreCase)))
            {
                return args[_next++];
            }

            return null;
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

        private TraceLevel? Level(string name, string? text)
        {
            if (text is null)
            {
                return null;
            }

            if (TraceLevels.Find(text) is TraceLevel level)
            {
                return level;
            }

            Faults.Add($"{name}: '{text}' is no level; there are {TraceLevels.Known}");
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

        /// <summary>PORT[:PRIORITY]=VALUE; the priority is -1 where it is left out.</summary>
        private (int Port, int Priority, string Text)? Queue(string name, string? inline)
        {
            if (Value(name, inline) is not string text)
            {
                return null;
            }

            int equals = text.IndexOf('=', StringComparison.Ordinal);
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            int end = colon >= 0 && colon < equals ? colon : equals;
            if (end <= 0 || equals == text.Length - 1)
            {
                Faults.Add($"{name}: '{text}' is not PORT=VALUE or PORT:PRIORITY=VALUE");
                return null;
            }

            long? port = Number(name, text[..end], 0, 510);
            long? priority = end == equals ? -1 : Number(name, text[(colon + 1)..equals], 0, Switching.EgressPort.Priorities - 1);
            return port is null || priority is null ? null : ((int)port, (int)priority, text[(equals + 1)..]);
        }

        private bool Limit(int port, int priority, Func<QueueOptions, bool> isUnset, Func<QueueOptions, QueueOptions> set)
        {
            QueueOptions known = _queues.GetValueOrDefault((port, priority)) ?? new QueueOptions();
            _queues[(port, priority)] = set(known);
            return isUnset(known);
        }

        private void CheckDuplicate(bool added, string name, int port, int priority = -1)
        {
            if (!added)
            {
                Faults.Add($"{name}: port {port}{(priority < 0 ? "" : $":{priority}")} is given twice");
            }
        }

        private GrpcAddress? Address(string name, string? text)
        {
            int at = text?.LastIndexOf(':') ?? -1;
            if (text is null)
            {
                return null;
            }

            if (at <= 0)
            {
                Faults.Add($"{name}: '{text}' is not HOST:PORT");
                return null;
            }

            return Number(name, text[(at + 1)..], 0, 65535) is long port ? new GrpcAddress(text[..at], (int)port) : null;
        }
    }
}
