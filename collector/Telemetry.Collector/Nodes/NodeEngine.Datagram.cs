using Telemetry.Collector.Contracts;
using Telemetry.Collector.Profiles;
using Telemetry.Collector.Time;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    private static readonly string[] s_errorNames = Enum.GetNames<ReportError>();

    private readonly DecodedReport _report = new();
    private readonly HopMetadata[] _ownAndStack = new HopMetadata[DecodedReport.MaxHops + 1];
    private readonly ProfileAdvisor _advisor = new();
    private readonly long[] _errors = new long[s_errorNames.Length];

    /// <summary>
    /// Takes the payload of one UDP datagram with telemetry reports. Bad bytes never throw: a datagram with a fault
    /// counts as malformed, once, and its first fault by kind; the sound reports in it are used.
    /// </summary>
    /// <param name="udpPayload">The payload, from the group header.</param>
    public void OnDatagram(ReadOnlySpan<byte> udpPayload) => OnDatagram(udpPayload, default);

    /// <summary>The same, with the sender: exporters at different addresses have sequences of their own.</summary>
    public void OnDatagram(ReadOnlySpan<byte> udpPayload, in DatagramOrigin origin)
    {
        long nowNs = origin.ArrivalNs != 0 ? origin.ArrivalNs : RunClock.NowNs(_time);
        _counters.Received++;
        ReportProfile profile = _options.Decoding is { } profiles ? profiles.For(udpPayload, origin.Address).Reports : _options.Reports;
        ReportDecoder decoder = new(udpPayload, _report, profile);
        ReportError error = ReportError.None;
        ExporterState? exporter = null;
        if (decoder.Error is not (ReportError.GroupTruncated or ReportError.GroupVersion))
        {
            exporter = OnSequence(_report, origin, nowNs, (profile.Deviations & ReportDeviations.NoSequence) == 0);
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
            Advise(udpPayload, profile, origin.Address, error);
        }
    }

    /// <summary>Tells once an exporter under which known deviations its datagrams would decode.</summary>
    private void Advise(ReadOnlySpan<byte> udpPayload, ReportProfile profile, UInt128 source, ReportError error)
    {
        uint nodeId = _report.NodeId;
        if (_advisor.Failed(udpPayload, profile, nodeId, source) is { } deviations)
        {
            AddEvent(
                EventKind.InventoryFault,
                SwitchById(nodeId)?.Name ?? $"node-{nodeId}",
                $"reports do not decode ({error}); they do with a profile of \"deviations\": [{DeviationNames.Text(deviations)}]");
        }
    }

    private void AddDecoded(ExporterState exporter, long nowNs)
    {
        DecodedReport report = _report;
        if (!report.HasOwn || !report.Own.Has(HopFields.NodeId))
        {
            AddReport(exporter, report, report.Hops, ownInFront: false, nowNs);
            return;
        }

        // The reporting node's own hop stands in the report itself, before the stack.
        report.Hops.CopyTo(_ownAndStack.AsSpan(1));
        _ownAndStack[0] = report.Own;
        AddReport(exporter, report, _ownAndStack.AsSpan(0, report.HopCount + 1), ownInFront: true, nowNs);
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
