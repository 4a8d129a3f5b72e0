using System.Globalization;
using System.Text;
using System.Text.Json;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Captures;

/// <summary>Prints a decoded report on one line: text for people, or a JSON object. Times and latencies stay in the switch's own units.</summary>
internal static class ReportPrinter
{
    /// <summary>As <c>12 1.500000 node 2 hw 1 seq 7: 10.0.1.1:4000&gt;10.0.2.2:80/udp id 5 500 B | 1 in 1 out 3 latency 20 queue 0 depth 4 at 1000..1020 | ...</c>, hops from source to sink.</summary>
    public static string Text(long packet, decimal seconds, DecodedReport report, ReportProfile profile)
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{packet} {seconds:F6} node {report.NodeId} hw {report.HardwareId} seq {report.Sequence}:");
        if (report.Flags != ReportFlags.None)
        {
            line.Append(CultureInfo.InvariantCulture, $" [{report.Flags}]");
        }

        if (report.HasFlow)
        {
            line.Append(CultureInfo.InvariantCulture, $" {report.Flow} id {report.IpIdentification} {report.OriginalIpLength} B");
        }

        if (report.HopsExceeded)
        {
            line.Append(" hop-limit");
        }

        if (report.MtuExceeded)
        {
            line.Append(" mtu-limit");
        }

        for (int i = 0; i < report.HopCount; i++)
        {
            Append(line, report.PathHop(i));
        }

        if (report.HasOwn)
        {
            line.Append(" | own:");
            Append(line, report.Own);
            if (report.Own.Has(HopFields.DropReason))
            {
                line.Append(" drop-reason ").Append(profile.Tell(report.Own.DropReason));
            }
        }

        return line.ToString();
    }

    /// <summary>The same as a JSON object.</summary>
    public static string Json(long packet, decimal seconds, DecodedReport report, ReportProfile profile)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("packet", packet);
            json.WriteNumber("time", seconds);
            json.WriteNumber("node", report.NodeId);
            json.WriteNumber("hw", report.HardwareId);
            json.WriteNumber("sequence", report.Sequence);
            json.WriteString("type", report.Type.ToString());
            json.WriteString("flags", report.Flags.ToString());
            if (report.HasFlow)
            {
                json.WriteString("src", report.Flow.SourceText);
                json.WriteString("dst", report.Flow.DestinationText);
                json.WriteNumber("protocol", report.Flow.Protocol);
                json.WriteNumber("src_port", report.Flow.SourcePort);
                json.WriteNumber("dst_port", report.Flow.DestinationPort);
                json.WriteNumber("ip_id", report.IpIdentification);
                json.WriteNumber("bytes", report.OriginalIpLength);
            }

            if (report.HasInt)
            {
                json.WriteNumber("remaining_hops", report.RemainingHops);
                json.WriteBoolean("hops_exceeded", report.HopsExceeded);
                json.WriteBoolean("mtu_exceeded", report.MtuExceeded);
            }

            json.WriteStartArray("hops");
            for (int i = 0; i < report.HopCount; i++)
            {
                Write(json, report.PathHop(i));
            }

            json.WriteEndArray();
            if (report.HasOwn)
            {
                json.WritePropertyName("own");
                Write(json, report.Own);
                if (report.Own.Has(HopFields.DropReason) && profile.DropReasons.TryGetValue(report.Own.DropReason, out string? reason))
                {
                    json.WriteString("drop_reason_name", reason);
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void Append(StringBuilder line, in HopMetadata hop)
    {
        line.Append(" |");
        Append(line, hop, HopFields.NodeId, "", hop.NodeId);
        Append(line, hop, HopFields.IngressPort, "in ", hop.IngressPort);
        Append(line, hop, HopFields.EgressPort, "out ", hop.EgressPort);
        Append(line, hop, HopFields.HopLatency, "latency ", hop.HopLatency);
        Append(line, hop, HopFields.Queue, "queue ", hop.QueueId);
        Append(line, hop, HopFields.Queue, "depth ", hop.QueueOccupancy);
        if (hop.Has(HopFields.IngressTimestamp | HopFields.EgressTimestamp))
        {
            line.Append(CultureInfo.InvariantCulture, $" at {hop.IngressTimestamp}..{hop.EgressTimestamp}");
        }

        Append(line, hop, HopFields.TxUtilisation, "tx ", hop.TxUtilisation);
    }

    private static void Append(StringBuilder line, in HopMetadata hop, HopFields field, string name, uint value)
    {
        if (hop.Has(field))
        {
            line.Append(CultureInfo.InvariantCulture, $" {name}{value}");
        }
    }

    private static void Write(Utf8JsonWriter json, in HopMetadata hop)
    {
        json.WriteStartObject();
        Write(json, hop, HopFields.NodeId, "node", hop.NodeId);
        Write(json, hop, HopFields.IngressPort, "in", hop.IngressPort);
        Write(json, hop, HopFields.EgressPort, "out", hop.EgressPort);
        Write(json, hop, HopFields.HopLatency, "latency", hop.HopLatency);
        Write(json, hop, HopFields.Queue, "queue", hop.QueueId);
        Write(json, hop, HopFields.Queue, "depth", hop.QueueOccupancy);
        Write(json, hop, HopFields.IngressTimestamp, "ingress", hop.IngressTimestamp);
        Write(json, hop, HopFields.EgressTimestamp, "egress", hop.EgressTimestamp);
        Write(json, hop, HopFields.Level2IngressPort, "in2", hop.Level2IngressPort);
        Write(json, hop, HopFields.Level2EgressPort, "out2", hop.Level2EgressPort);
        Write(json, hop, HopFields.TxUtilisation, "tx", hop.TxUtilisation);
        Write(json, hop, HopFields.Buffer, "buffer", hop.BufferOccupancy);
        Write(json, hop, HopFields.DropReason, "drop_reason", hop.DropReason);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, in HopMetadata hop, HopFields field, string name, ulong value)
    {
        if (hop.Has(field))
        {
            json.WriteNumber(name, value);
        }
    }
}
