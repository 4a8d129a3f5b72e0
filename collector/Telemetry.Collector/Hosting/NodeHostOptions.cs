using System.Net;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Devices;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Security;
using Telemetry.Collector.Sources;

namespace Telemetry.Collector.Hosting;

/// <summary>A collector node as a process, or inside one.</summary>
public sealed record NodeHostOptions
{
    /// <summary>The node itself.</summary>
    public NodeOptions Node { get; init; } = new();

    /// <summary>Where reports arrive over UDP, <c>ADDRESS:PORT</c>; port 0 lets the system choose. Default 127.0.0.1:32766.</summary>
    public string Listen { get; init; } = "127.0.0.1:32766";

    // The node closes 50 empty windows at once at most, and waits when its outbox is half full.
    private const int LeastOutboxOfReplay = 150;

    /// <summary>A capture file to take reports from, once, instead of the socket; the node's clock is then the capture's. Null for none.</summary>
    public ReplayOptions? Replay { get; init; }

    /// <summary>An interface to listen on for reports instead of the socket; null for none.</summary>
    public LiveCaptureOptions? Capture { get; init; }

    /// <summary>The center, <c>http://HOST:PORT</c>.</summary>
    public string Upstream { get; init; } = "http://127.0.0.1:5501";

    /// <summary>Centers to turn to when that one does not answer, in order. Default none.</summary>
    public IReadOnlyList<string> OtherUpstreams { get; init; } = [];

    /// <summary>Certificates of its connection upward; null for none.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Directory of the spool; null keeps unacknowledged batches in memory only.</summary>
    public string? SpoolDirectory { get; init; }

    /// <summary>Size of the spool at which its policy applies, bytes: 16 MiB to 1 TiB, default 512 MiB.</summary>
    public long SpoolLimitBytes { get; init; } = 512L << 20;

    /// <summary>Batches kept in memory without a spool, 10 to 100,000; default 600.</summary>
    public int OutboxLimit { get; init; } = MemoryOutbox.DefaultLimit;

    /// <summary>Datagrams between receiving and decoding threads at most, 16 to 1,000,000; default 2048. More wait in the socket's buffer.</summary>
    public int RingDatagrams { get; init; } = 2048;

    /// <summary>
    /// Receive buffer asked of the system for each socket, bytes: 64 KiB to 1 GiB; default 64 MiB, which holds some 80,000 small datagrams while the node gets no
    /// processor. Without privileges the system grants net.core.rmem_max at most.
    /// </summary>
    public int SocketBufferBytes { get; init; } = 64 << 20;

    /// <summary>Sockets that share the port, each with a receiving thread, 1 to 16; default 1. The system spreads exporters over them. Linux only above 1.</summary>
    public int ReceiveShards { get; init; } = 1;

    /// <summary>What exists; null when nothing is known.</summary>
    public Inventory? Inventory { get; init; }

    /// <summary>Switches whose counters this node reads over P4Runtime.</summary>
    public IReadOnlyList<SwitchTarget> Switches { get; init; } = [];

    /// <summary>Where Prometheus scrapes, <c>ADDRESS:PORT</c>, path /metrics; null serves none.</summary>
    public string? Metrics { get; init; }

    /// <summary>Linux hosts, routers and firewalls on this machine whose interfaces and tables are read.</summary>
    public IReadOnlyList<LinuxDevice> Devices { get; init; } = [];

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        Node.Validate();
        OptionFaults faults = new();
        faults.Require(Metrics is null || EndPoints.TryParse(Metrics, out IPEndPoint? _), $"Metrics {Metrics} is not of the form ADDRESS:PORT");
        faults.Require(EndPoints.TryParse(Listen, out IPEndPoint? _), $"Listen {Listen} is not of the form ADDRESS:PORT");
        faults.Require(Replay is null || Capture is null, "reports come from a capture file or from an interface, not from both");
        faults.Require(Replay is null || Replay.Speed is >= 0 and <= 1e6, $"speed {Replay?.Speed} of the replay is not 0 (as fast as possible) or a factor up to 1,000,000");
        faults.Require(Replay is null || Replay.Ports.Count > 0, "the replay needs a port");
        faults.Require(Replay is null || OutboxLimit >= LeastOutboxOfReplay, $"OutboxLimit {OutboxLimit} is less than a replay needs, {LeastOutboxOfReplay}: a pause in a capture ends many windows at once");
        faults.Require(Capture is null || Capture.Ports.Count > 0, "the capture needs a port");
        faults.Require(Replay is null || (Devices.Count == 0 && Switches.Count == 0), "what was captured is of another time than devices and switches that are read now: leave them out");
        faults.Range(SpoolLimitBytes, 16 << 20, 1L << 40, nameof(SpoolLimitBytes));
        faults.Range(OutboxLimit, 10, 100_000, nameof(OutboxLimit));
        faults.Range(RingDatagrams, 16, 1_000_000, nameof(RingDatagrams));
        faults.Range(SocketBufferBytes, 64 << 10, 1 << 30, nameof(SocketBufferBytes));
        faults.Range(ReceiveShards, 1, OperatingSystem.IsLinux() ? 16 : 1, nameof(ReceiveShards));
        faults.Require(Devices.Select(device => device.Name).Distinct(StringComparer.Ordinal).Count() == Devices.Count, "Devices names one twice");
        faults.Require(Switches.Select(target => target.Name).Distinct(StringComparer.Ordinal).Count() == Switches.Count, "Switches names one twice");
        foreach (SwitchTarget target in Switches)
        {
            faults.Require(
                Uri.TryCreate(target.Url, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https",
                $"switch {target.Name}: {target.Url} is not of the form http://HOST:PORT");
            foreach (string fault in target.Tls?.Faults() ?? [])
            {
                faults.Require(false, $"switch {target.Name}: {fault}");
            }
        }

        faults.Throw("node options");
        Pusher.Validate();
    }

    internal PusherOptions Pusher => new() { Url = Upstream, Others = OtherUpstreams, Tls = Tls };

    internal SpoolOptions? Spool => SpoolDirectory is null
        ? null
        : new SpoolOptions { Directory = SpoolDirectory, LimitBytes = SpoolLimitBytes };
}
