using System.Text.Json;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Distributions;
using Telemetry.Lab.Running;
using Telemetry.Lab.Traffic;
using Telemetry.Lab.Truth;

namespace Telemetry.Lab.Reporting;

public static partial class LabReport
{
    /// <summary>The fabric's own account, to be held against what telemetry says above.</summary>
    private static void WriteFabric(Utf8JsonWriter json, FabricTruth truth, FabricCounts counts)
    {
        json.WriteStartObject("fabric");
        json.WriteNumber("report_datagrams", counts.ReportDatagrams);
        json.WriteNumber("bad_report_frames", counts.BadReportFrames);
        json.WriteNumber("bad_host_frames", counts.BadHostFrames);
        json.WriteNumber("tcp_retransmissions", counts.TcpRetransmissions);
        Number(json, "converged", counts.Converged / 1e9, 6);
        Array(json, "ports", truth.Ports.OrderBy(p => p.Switch, NaturalOrder.Instance).ThenBy(p => p.Port), WriteTruePort);
        Array(json, "flows", truth.Flows.OrderBy(f => f.Source, NaturalOrder.Instance).ThenBy(f => f.Destination, NaturalOrder.Instance)
            .ThenBy(f => f.Key.Protocol).ThenBy(f => f.Key.SourcePort).ThenBy(f => f.Key.DestinationPort), WriteTrueFlow);
        json.WriteEndObject();
    }

    private static void WriteTruePort(Utf8JsonWriter json, PortTruth port)
    {
        json.WriteString("switch", port.Switch);
        json.WriteNumber("port", port.Port);
        json.WriteNumber("packets", port.MeasuredPackets);
        json.WriteStartObject("hop_latency_us");
        Number(json, "p50", port.HopLatencyNs.Quantile(0.5) / 1000.0, 3);
        Number(json, "p99", port.HopLatencyNs.Quantile(0.99) / 1000.0, 3);
        json.WriteEndObject();
        json.WriteStartObject("queue");
        Number(json, "p50", port.DepthQuantile(0.5), 0);
        Number(json, "max", port.DepthQuantile(1), 0);
        json.WriteEndObject();
        json.WriteNumber("occupancy_max", port.MaxOccupancy);
        Number(json, "inside_max", port.MaxInside, 0);
        json.WriteNumber("drops", port.TailDrops);
        json.WriteNumber("tx_frames", port.TxFrames);
        json.WriteNumber("tx_bytes", port.TxBytes);
    }

    private static void WriteTrueFlow(Utf8JsonWriter json, FlowTruth flow)
    {
        json.WriteString("src", flow.Source);
        json.WriteString("dst", flow.Destination);
        json.WriteString("protocol", flow.Key.Protocol == 6 ? "tcp" : "udp");
        json.WriteNumber("src_port", flow.Key.SourcePort);
        json.WriteNumber("dst_port", flow.Key.DestinationPort);
        json.WriteBoolean("varies_source", flow.VariesSource);
        Names(json, "path", flow.Path);
        json.WriteNumber("path_changes", flow.PathChanges);
        json.WriteNumber("sent", flow.PacketsSent);
        json.WriteNumber("delivered", flow.PacketsDelivered);
        json.WriteNumber("marked", flow.PacketsMarked);
        json.WriteStartObject("latency_us");
        Number(json, "p50", flow.LatencyNs.Quantile(0.5) / 1000.0, 3);
        Number(json, "p99", flow.LatencyNs.Quantile(0.99) / 1000.0, 3);
        json.WriteEndObject();
        if (flow.Wire is { } wire)
        {
            json.WriteStartObject("wire");
            json.WriteNumber("entered", wire.Entered);
            json.WriteNumber("left", wire.Left);
            json.WriteNumber("gaps", wire.Gaps);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("wire");
        }

        Number(json, "loss", flow.PacketsSent > 0 ? (double)flow.PacketsLost / flow.PacketsSent : null, 6);
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Names(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void Latency(Utf8JsonWriter json, string name, Distribution? distribution)
    {
        ValueHistogram values = ValueHistogram.FromDistribution(distribution, ValueHistogram.RunLimit);
        json.WriteStartObject(name);
        Number(json, "p50", values.Count > 0 ? values.Quantile(0.5) / 1000.0 : null, 3);
        Number(json, "p99", values.Count > 0 ? values.Quantile(0.99) / 1000.0 : null, 3);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value, int digits)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, Math.Round(known, digits));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
