using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>The command line of simple_switch_grpc as this switch understands it, and options of its own for queues.</summary>
public sealed partial record SwitchCommandLine
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        Usage: telemetry switch [options] [JSON] [-- options]
               telemetry switch --control HOST:PORT COMMAND [options]
        Runs one embedded switch on network interfaces, with simple_switch_grpc's command line; or, with --control, shows
        and changes the queues, counters, stage times, trace and log of one that runs (--control --help).

          -i, --interface PORT@IFACE     network interface of a port, 0 to 510; repeatable
          --device-id N                  P4Runtime device id (0)
          --no-p4                        start without a program and wait for one over P4Runtime
          --pcap[=DIR]                   record each interface to IFACE_in.pcap and IFACE_out.pcap in DIR (.)
          --use-files SECONDS            instead of interfaces: after so many seconds play IFACE_in.pcap,
                                         write what leaves to IFACE_out.pcap
          --log-console                  print on standard output what packets do and what the program logs
          --log-file FILE                ... or write it to a file
          --log-file-max-size BYTES      size at which the file is put aside as FILE.1 and begun anew (5242880)
          --log-file-max-files N         files put aside that are kept (3)
          --dump-packet-data N           log the first N bytes of each received packet (0)
          -L, --log-level LEVEL          trace (all, with fields; the default), debug (parser states, tables, actions, queues),
                                         info (what the program logs), warn, error (parser errors, checksums) or off
          -h, --help; -v, --version; --json-version

        after "--" as simple_switch_grpc wants it, or anywhere:
          --grpc-server-addr HOST:PORT   where P4Runtime is served (0.0.0.0:9559; port 0 takes a free one)
          --grpc-server-ssl              serve it with TLS:
          --grpc-server-cert FILE          the server's certificate, PEM
          --grpc-server-key FILE           its key, PEM
          --grpc-server-cacert FILE        who signed the clients' certificates, PEM
          --grpc-server-with-client-auth   refuse clients without such a certificate
          --dp-grpc-server-addr HOST:PORT  packets of all ports over gRPC (p4.bm.DataplaneInterface), no interfaces
          --cpu-port N                   port of packet-in and packet-out, 1 to 511 (none)
          --drop-port N                  egress port that drops (511)

        ours:
          --queue-rate PORT[:PRIO]=BPS   rate of a port or of one of its priorities, 0 to 7, in bits per second (unlimited); repeatable
          --queue-depth PORT[:PRIO]=N    packets that wait at most, for each priority (64) or for one; repeatable
          --workers N                    threads that process packets (1)
          --log-port N                   with levels trace and debug: only packets received on port N
          --log-rate N                   ... and of N packets a second (1000) at most; the others run at full speed and are
                                         counted; 0 for all

        Accepted and without effect here: --thrift-port, --nanolog, --notifications-addr, --log-flush (the log never
        waits), --max-port-count, --priority-queues (there are always 8), --max-mc-groups, --max-l1-entries, --max-l2-entries,
        --disable-swap, --restore-state, --packet-in, --debugger, --debugger-addr.
        """;

    /// <summary>Interface of each port.</summary>
    public IReadOnlyDictionary<int, string> Interfaces { get; init; } = new SortedDictionary<int, string>();

    /// <summary>Line rates in bits per second, by port.</summary>
    public IReadOnlyDictionary<int, long> QueueRates { get; init; } = new SortedDictionary<int, long>();

    /// <summary>Limits of single priorities, by port and priority.</summary>
    public IReadOnlyDictionary<(int Port, int Priority), Ports.QueueOptions> QueueLimits { get; init; } = new SortedDictionary<(int Port, int Priority), Ports.QueueOptions>();

    /// <summary>Threads that process packets, 1 to 64.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Queue depths in packets, by port.</summary>
    public IReadOnlyDictionary<int, int> QueueDepths { get; init; } = new SortedDictionary<int, int>();

    /// <summary>P4Runtime device id.</summary>
    public ulong DeviceId { get; init; }

    /// <summary>Where P4Runtime is served.</summary>
    public GrpcAddress Grpc { get; init; } = new("0.0.0.0", 9559);

    /// <summary>Where the ports are served instead of interfaces; null for interfaces.</summary>
    public GrpcAddress? DataplaneGrpc { get; init; }

    /// <summary>Certificates of the P4Runtime server; null without TLS.</summary>
    public GrpcTls? Tls { get; init; }

    /// <summary>CPU port; -1 for none.</summary>
    public int CpuPort { get; init; } = -1;

    /// <summary>Egress port that drops.</summary>
    public int DropPort { get; init; } = 511;

    /// <summary>The BMv2 JSON to start with; null to wait for one.</summary>
    public string? ProgramPath { get; init; }

    /// <summary>True to print the log.</summary>
    public bool LogConsole { get; init; }

    /// <summary>What the log tells of which packets.</summary>
    public TraceOptions Log { get; init; } = new(TraceLevel.Trace);

    /// <summary>File for the log; null for none.</summary>
    public string? LogFile { get; init; }

    /// <summary>Bytes at which the log's file is put aside.</summary>
    public long LogFileBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>Files of the log put aside that are kept.</summary>
    public int LogFileCount { get; init; } = 3;

    /// <summary>Folder of the recordings; null to record nothing.</summary>
    public string? PcapDirectory { get; init; }

    /// <summary>Seconds until the ports' capture files are played; null for network interfaces.</summary>
    public int? UseFilesAfterSeconds { get; init; }

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
}
