using BenchmarkDotNet.Attributes;
using Telemetry.Wire.Flows;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Benchmarks.Wire;

/// <summary>One Telemetry Report v2.0 with an INT-MD stack: from datagram to fields.</summary>
[MemoryDiagnoser]
public class ReportDecoding
{
    private readonly DecodedReport _report = new();
    private byte[] _datagram = [];

    [Params(1, 2, 6, 16)]
    public int Hops { get; set; }

    [GlobalSetup]
    public void Build()
    {
        HopMetadata[] hops = new HopMetadata[Hops];
        for (int i = 0; i < Hops; i++)
        {
            hops[i] = new HopMetadata
            {
                NodeId = (uint)(Hops - i),
                IngressPort = 1,
                EgressPort = 2,
                HopLatency = (uint)(10 + i),
                QueueOccupancy = 3,
                IngressTimestamp = 1_000_000,
                EgressTimestamp = 1_000_012,
                Fields = HopFields.NodeId | HopFields.IngressPort | HopFields.EgressPort | HopFields.HopLatency
                    | HopFields.Queue | HopFields.IngressTimestamp | HopFields.EgressTimestamp,
            };
        }

        byte[] buffer = new byte[2048];
        ReportBuilder builder = new(buffer, 1, 1, 1);
        builder.Begin(InnerType.Ipv4, ReportFlags.TrackedFlow);
        builder.AppendFlowWithInt(
            FlowKey.Ipv4(0x0A000101, 0x0A000202, IpProtocol.Udp, 4000, 80),
            new Ipv4Fields { TotalLength = 500, Identification = 7, Ttl = 60 },
            new IntMdFields { RemainingHops = 7 },
            hops);
        builder.End();
        _datagram = builder.Written.ToArray();
    }

    [Benchmark]
    public int Decode()
    {
        ReportDecoder decoder = new(_datagram, _report);
        int reports = 0;
        while (decoder.MoveNext())
        {
            reports++;
        }

        return decoder.Error == ReportError.None && _report.Error == ReportError.None
            ? reports
            : throw new InvalidOperationException($"{decoder.Error}, {_report.Error}");
    }
}
