using Telemetry.Collector.Contracts;
using Telemetry.Collector.Profiles;
using Telemetry.Collector.Time;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Nodes;

public sealed partial class NodeEngine
{
    // Reports that are decoded before the oldest of them is analysed: meanwhile its place in the flow table, then its flow, then the flow's window and path come into the
    // cache. A power of two has room for them and the one that is decoded (benchmark decode-aggregate-2hop).
    private const int Ahead = 3;
    private const int PendingMask = 3;

    private static readonly string[] s_errorNames = Enum.GetNames<ReportError>();

    private readonly PendingReport[] _pending = [new(), new(), new(), new()];
    private readonly HopMetadata[] _ownAndStack = new HopMetadata[DecodedReport.MaxHops + 1];
    private readonly ProfileAdvisor _advisor = new();
    private readonly long[] _errors = new long[s_errorNames.Length];
    private int _firstPending;
    private int _pendingCount;

    /// <summary>
    /// Takes the payload of one UDP datagram with telemetry reports. Bad bytes never throw: a datagram with a fault
    /// counts as malformed, once, and its first fault by kind; the sound reports in it are used.
    /// </summary>
    /// <param name="udpPayload">The payload, from the group header.</param>
    public void OnDatagram(ReadOnlySpan<byte> udpPayload) => OnDatagram(udpPayload, default);

    /// <summary>The same, with the sender: exporters at different addresses have sequences of their own.</summary>
    public void OnDatagram(ReadOnlySpan<byte> udpPayload, in DatagramOrigin origin)
    {
        OnDatagramOfMany(udpPayload, origin);
        FinishPending();
    }

    /// <summary>The same for one of many that are at hand: its last reports may be analysed with the next datagram, or with the next call of anything else, as <see cref="EndOfMany"/>.</summary>
    public void OnDatagramOfMany(ReadOnlySpan<byte> udpPayload, in DatagramOrigin origin)
    {
        long nowNs = origin.ArrivalNs != 0 ? origin.ArrivalNs : RunClock.NowNs(_time);
        _counters.Received++;
        _sender = origin.Address;
        ReportProfile profile = _options.Decoding is { } profiles ? profiles.For(udpPayload, origin.Address).Reports : _options.Reports;
        DecodedReport report = NextPending.Report;
        ReportDecoder decoder = new(udpPayload, report, profile);
        ReportError error = ReportError.None;
        ExporterState? exporter = null;
        if (decoder.Error is not (ReportError.GroupTruncated or ReportError.GroupVersion))
        {
            exporter = OnSequence(report, origin, nowNs, (profile.Deviations & ReportDeviations.NoSequence) == 0);
        }

        while (decoder.MoveNext(NextPending.Report))
        {
            report = NextPending.Report;
            if (report.Error != ReportError.None)
            {
                error = error == ReportError.None ? report.Error : error;
            }
            else if (exporter is not null)
            {
                AddPending(exporter, nowNs);
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
            Advise(udpPayload, profile, report.NodeId, origin.Address, error);
        }
    }

    private PendingReport NextPending => Pending(_pendingCount);

    private PendingReport Pending(int number) => _pending[(_firstPending + number) & PendingMask];

    /// <summary>Queues what was decoded, asks for what will be needed of it and of the one before, and analyses the oldest.</summary>
    private void AddPending(ExporterState exporter, long nowNs)
    {
        PendingReport added = NextPending;
        (added.Exporter, added.ArrivalNs, added.Flow) = (exporter, nowNs, null);
        if (added.Report.HasFlow)
        {
            added.FlowHash = added.Report.Flow.StableHash;
            _flows.AskPlace(added.FlowHash);
        }

        if (_pendingCount > 0 && Pending(_pendingCount - 1) is { Report.HasFlow: true } one)
        {
            _flows.AskFlow(one.FlowHash);
        }

        if (_pendingCount > 1 && Pending(_pendingCount - 2) is { Report.HasFlow: true } two)
        {
            (two.Flow, two.TableVersion) = (_flows.Find(two.Report.Flow, two.FlowHash), _flows.Version);
            two.Flow?.Ask();
        }

        if (++_pendingCount > Ahead)
        {
            FinishOldest();
        }
    }

    /// <summary>No more are at hand: analyses what waits.</summary>
    public void EndOfMany() => FinishPending();

    private void FinishPending()
    {
        while (_pendingCount > 0)
        {
            FinishOldest();
        }
    }

    private void FinishOldest()
    {
        PendingReport oldest = _pending[_firstPending];
        _sender = oldest.Exporter.Key.Address;
        AddDecoded(oldest);
        _firstPending = (_firstPending + 1) & PendingMask;
        _pendingCount--;
    }

    /// <summary>Tells once an exporter under which known deviations its datagrams would decode.</summary>
    private void Advise(ReadOnlySpan<byte> udpPayload, ReportProfile profile, uint nodeId, UInt128 source, ReportError error)
    {
        if (_advisor.Failed(udpPayload, profile, nodeId, source) is { } deviations)
        {
            AddEvent(
                EventKind.InventoryFault,
                SwitchById(nodeId)?.Name ?? $"node-{nodeId}",
                $"reports do not decode ({error}); they do with a profile of \"deviations\": [{DeviationNames.Text(deviations)}]");
        }
    }

    private void AddDecoded(PendingReport pending)
    {
        DecodedReport report = pending.Report;
        if (!report.HasOwn || !report.Own.Has(HopFields.NodeId))
        {
            AddReport(pending, report.Hops, ownInFront: false);
            return;
        }

        // The reporting node's own hop stands in the report itself, before the stack.
        report.Hops.CopyTo(_ownAndStack.AsSpan(1));
        _ownAndStack[0] = report.Own;
        AddReport(pending, _ownAndStack.AsSpan(0, report.HopCount + 1), ownInFront: true);
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
