using Telemetry.Collector.Entities;
using Telemetry.Collector.Time;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    private static readonly string[] s_errorNames = Enum.GetNames<ReportError>();

    private readonly DecodedReport _report = new();
    private readonly HopMetadata[] _ownAndStack = new HopMetadata[DecodedReport.MaxHops + 1];
    private readonly long[] _errors = new long[s_errorNames.Length];

    /// <summary>
    /// Takes the payload of one UDP datagram with telemetry reports. Bad bytes never throw: a datagram with a fault
    /// counts as malformed, once, and its first fault by kind; the sound reports in it are used.
    /// </summary>
    /// <param name="udpPayload">The payload, from the group header.</param>
    public void OnDatagram(ReadOnlySpan<byte> udpPayload)
    {
        long nowNs = RunClock.NowNs(_time);
        Roll(nowNs);
        _counters.Received++;
        ReportDecoder decoder = new(udpPayload, _report, _options.Reports);
        ReportError error = ReportError.None;
        ExporterState? exporter = null;
        if (decoder.Error is not (ReportError.GroupTruncated or ReportError.GroupVersion))
        {
            exporter = OnSequence(_report.NodeId, _report.HardwareId, _report.Sequence, nowNs);
        }

        while (decoder.MoveNext())
        {
            if (_report.Error != ReportError.None)
            {
                error = error == ReportError.None ? _report.Error : error;
            }
            else if (exporter is not null)
            {
                AddDecoded(exporter, nowNs);
            }
        }

        error = error == ReportError.None ? decoder.Error : error;
        if (error == ReportError.None)
        {
            _counters.Decoded++;
        }
        else
        {
            _counters.Malformed++;
            _errors[(int)error]++;
        }
    }

    private void AddDecoded(ExporterState exporter, long nowNs)
    {
        DecodedReport report = _report;
        bool onItsWay = (report.Flags & (ReportFlags.Intermediate | ReportFlags.Dropped)) != 0;
        bool hasFlow = report.HasFlow && !report.Flow.IsIpv6;
        if (report.HasFlow && !hasFlow)
        {
            _flowPacketsOmittedInWindow++;
            _flowPacketsOmitted++;
        }

        // A packet that an intermediate node reports, or one that was dropped, did not reach its flow's end.
        PacketFacts packet = new(
            hasFlow ? new FlowId((uint)report.Flow.Source, (uint)report.Flow.Destination, report.Flow.Protocol, report.Flow.SourcePort, report.Flow.DestinationPort) : default,
            hasFlow && !onItsWay,
            report.IpIdentification,
            (uint)report.OriginalIpLength,
            report.HopsExceeded || report.MtuExceeded || onItsWay);
        if (!report.HasOwn || !report.Own.Has(HopFields.NodeId))
        {
            AddReport(exporter, packet, report.Hops, nowNs);
            return;
        }

        // The reporting node's own hop stands in the report itself, before the stack.
        report.Hops.CopyTo(_ownAndStack.AsSpan(1));
        _ownAndStack[0] = report.Own;
        AddReport(exporter, packet, _ownAndStack.AsSpan(0, report.HopCount + 1), nowNs);
    }

    /// <summary>Names what was counted of faults; kinds that never came are left out.</summary>
    private void NameErrors()
    {
        for (int i = 0; i < _errors.Length; i++)
        {
            if (_errors[i] > 0)
            {
                _counters.Errors[s_errorNames[i]] = (ulong)_errors[i];
            }
        }
    }
}
