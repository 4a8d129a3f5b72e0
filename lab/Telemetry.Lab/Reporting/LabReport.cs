using System.Text.Json;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Lab.Running;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Reporting;

/// <summary>
/// The JSON document of a run, as the design names its fields. Times are seconds since the run began, latencies
/// microseconds, loss a fraction; what was not measured is null. Everything is sorted and rounded, so that equal runs
/// give equal bytes.
/// </summary>
public static partial class LabReport
{
    /// <summary>The document, indented, ending in a line feed, UTF-8.</summary>
    public static byte[] ToUtf8(LabResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Document(json => Write(json, result));
    }

    /// <summary>The truth alone: the run, its episodes and the network's own account, with the names that the whole document has.</summary>
    public static byte[] TruthToUtf8(LabResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Document(json =>
        {
            WriteRun(json, result);
            WriteTruth(json, result);
        });
    }

    private static byte[] Document(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteTruth(Utf8JsonWriter json, LabResult result)
    {
        Array(json, "truth", result.Episodes, WriteEpisode);
        if (result is { Truth: { } truth, Fabric: { } fabric })
        {
            WriteFabric(json, truth, fabric);
        }
    }

    private static void Write(Utf8JsonWriter json, LabResult result)
    {
        WriteRun(json, result);
        WriteReports(json, result.Totals.Reports);
        Array(json, "flows", result.Totals.Flows.OrderBy(f => f.Src, NaturalOrder.Instance).ThenBy(f => f.Dst, NaturalOrder.Instance)
            .ThenBy(f => f.Key.Protocol).ThenBy(f => f.Key.SrcPort).ThenBy(f => f.Key.DstPort), WriteFlow);
        double seconds = (result.Totals.EndNs - result.Totals.StartNs) / 1e9;
        Array(json, "ports", result.Totals.Ports.OrderBy(p => p.Switch, NaturalOrder.Instance).ThenBy(p => p.Port),
            (j, p) => WritePort(j, p, seconds));
        WriteLinks(json, result);
        Array(json, "devices", result.Totals.Devices.OrderBy(d => d.Kind).ThenBy(d => d.Name, NaturalOrder.Instance),
            (j, d) => WriteDevice(j, d, result.StartNs));
        Array(json, "alerts", result.Totals.Alerts.OrderBy(a => a.StartNs).ThenBy(a => a.Entity, NaturalOrder.Instance)
            .ThenBy(a => a.Kind, StringComparer.Ordinal).ThenBy(a => a.Id), (j, a) => WriteAlert(j, a, result.StartNs));
        Array(json, "truth", result.Episodes, WriteEpisode);
        if (TruthCheck.Of(result) is { } check)
        {
            WriteCheck(json, check, result.StartNs);
        }

        json.WriteStartObject("store");
        json.WriteNumber("rows", result.Totals.StoredRows);
        json.WriteEndObject();
        if (result is { Truth: { } truth, Fabric: { } fabric })
        {
            WriteFabric(json, truth, fabric);
        }

        if (result.Kernel is { } kernel)
        {
            WriteKernel(json, kernel);
        }
    }

    private static void WriteRun(Utf8JsonWriter json, LabResult result)
    {
        json.WriteStartObject("run");
        json.WriteString("topology", result.Topology.Name);
        json.WriteString("scenario", result.Options.Scenario);
        json.WriteNumber("seed", result.Options.Seed);
        json.WriteNumber("seconds", result.Options.Seconds);
        json.WriteEndObject();
        json.WriteStartObject("topology");
        json.WriteNumber("switches", result.Topology.Switches.Count);
        json.WriteNumber("hosts", result.Topology.Hosts.Count);
        json.WriteNumber("links", result.Topology.Links.Count);
        json.WriteEndObject();
    }

    private static void WriteReports(Utf8JsonWriter json, ReportCounters? reports)
    {
        reports ??= new ReportCounters();
        json.WriteStartObject("reports");
        json.WriteNumber("received", reports.Received);
        json.WriteNumber("decoded", reports.Decoded);
        json.WriteNumber("malformed", reports.Malformed);
        json.WriteNumber("lost", reports.Lost);
        json.WriteNumber("dropped", reports.Dropped);
        json.WriteStartObject("errors");
        foreach ((string kind, ulong count) in reports.Errors.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(kind, count);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFlow(Utf8JsonWriter json, FlowWindow flow)
    {
        json.WriteString("src", flow.Src);
        json.WriteString("dst", flow.Dst);
        json.WriteString("protocol", flow.Key.Protocol switch { 6 => "tcp", 17 => "udp", uint other => $"ip-{other}" });
        json.WriteNumber("src_port", flow.Key.SrcPort);
        json.WriteNumber("dst_port", flow.Key.DstPort);
        Names(json, "path", flow.Path);
        json.WriteNumber("path_changes", flow.PathChanges);
        json.WriteNumber("packets", flow.Packets);
        Latency(json, "latency_us", flow.LatencyNs);
        double all = flow.Packets + flow.Lost;
        Number(json, "loss", flow.HasLost && all > 0 ? flow.Lost / all : null, 6);
    }

    private static void WritePort(Utf8JsonWriter json, PortWindow port, double seconds)
    {
        json.WriteString("switch", port.Switch);
        json.WriteNumber("port", port.Port);
        json.WriteNumber("packets", port.Packets);
        Latency(json, "hop_latency_us", port.HopLatencyNs);
        ValueHistogram depth = ValueHistogram.FromDistribution(port.QueueDepth, ValueHistogram.RunLimit);
        json.WriteStartObject("queue");
        Number(json, "p50", depth.Count > 0 ? depth.Quantile(0.5) : null, 0);
        Number(json, "max", depth.Count > 0 ? depth.Max : null, 0);
        json.WriteEndObject();
        Number(json, "tx_mbps", port.HasTxBytes && seconds > 0 ? port.TxBytes * 8 / seconds / 1e6 : null, 3);
        Number(json, "drops", port.HasDrops ? port.Drops : null, 0);
        Number(json, "errors", port.HasErrors ? port.Errors : null, 0);
    }

    private static void WriteLinks(Utf8JsonWriter json, LabResult result)
    {
        HashSet<string> switches = [.. result.Topology.Switches.Select(s => s.Name)];
        Array(json, "links", result.Topology.Links.Where(l => switches.Contains(l.A.Device) && switches.Contains(l.B.Device)), (j, link) =>
        {
            ValueHistogram latency = new(ValueHistogram.RunLimit);
            foreach (LinkWindow way in result.Totals.Links)
            {
                if ((way.A == link.A.Device && way.APort == link.A.Port && way.B == link.B.Device)
                    || (way.A == link.B.Device && way.APort == link.B.Port && way.B == link.A.Device))
                {
                    latency.TryMerge(way.LatencyNs);
                }
            }

            LinkStatus? status = result.Totals.LinkStates.FirstOrDefault(s =>
                (s.A == link.A.Device && s.APort == link.A.Port) || (s.B == link.A.Device && s.BPort == link.A.Port));
            j.WriteString("a", link.A.Device);
            j.WriteNumber("a_port", link.A.Port);
            j.WriteString("b", link.B.Device);
            j.WriteNumber("b_port", link.B.Port);
            j.WriteStartObject("latency_us");
            Number(j, "p50", latency.Count > 0 ? latency.Quantile(0.5) / 1000.0 : null, 3);
            j.WriteEndObject();
            j.WriteString("state", status?.State switch { LinkState.Up => "up", LinkState.Down => "down", _ => "unknown" });
        });
    }

    private static void WriteDevice(Utf8JsonWriter json, DeviceStatus device, long startNs)
    {
        json.WriteString("name", device.Name);
        json.WriteString("kind", KindName(device.Kind));
        json.WriteString("state", device.State switch
        {
            DeviceState.Up => "up",
            DeviceState.Silent => "silent",
            DeviceState.Down => "down",
            _ => "unknown",
        });
        Number(json, "cpu_percent", device.HasCpuPercent ? device.CpuPercent : null, 2);
        Number(json, "memory_bytes", device.HasMemoryBytes ? device.MemoryBytes : null, 0);
        Number(json, "last_seen", device.LastSeenNs > 0 ? (device.LastSeenNs - startNs) / 1e9 : null, 6);
    }

    private static void WriteAlert(Utf8JsonWriter json, Alert alert, long startNs)
    {
        json.WriteString("kind", alert.Kind);
        json.WriteString("entity", alert.Entity);
        Number(json, "start", (alert.StartNs - startNs) / 1e9, 6);
        Number(json, "end", alert.HasEndNs ? (alert.EndNs - startNs) / 1e9 : null, 6);
        Number(json, "detected", (alert.DetectedNs - startNs) / 1e9, 6);
        Number(json, "score", alert.Score, 4);
        json.WriteString("explanation", alert.Explanation);
        json.WriteString("detector", alert.Detector);
    }

    private static void WriteEpisode(Utf8JsonWriter json, TruthEpisode episode)
    {
        json.WriteString("kind", episode.Kind);
        json.WriteString("entity", episode.Entity);
        Number(json, "start", episode.StartNs / 1e9, 6);
        Number(json, "end", episode.EndNs / 1e9, 6);
    }

    private static string KindName(DeviceKind kind) => kind switch
    {
        DeviceKind.Switch => "switch",
        DeviceKind.Host => "host",
        DeviceKind.Router => "router",
        DeviceKind.Firewall => "firewall",
        DeviceKind.Node => "node",
        DeviceKind.Center => "center",
        DeviceKind.DataCenter => "datacenter",
        DeviceKind.Controller => "controller",
        _ => "unknown",
    };
}
