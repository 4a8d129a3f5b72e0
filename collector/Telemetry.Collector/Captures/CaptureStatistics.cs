using System.Globalization;
using System.Text.Json;
using Telemetry.Wire.Flows;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Captures;

/// <summary>Counts over a capture: exporters with what their sequences miss, versions, errors, hops and the largest flows.</summary>
internal sealed class CaptureStatistics
{
    private const int FlowsTold = 10;
    private const int MostFlows = 1_000_000;

    private readonly SortedDictionary<(uint Node, byte Hardware), Exporter> _exporters = [];
    private readonly SortedDictionary<string, long> _formats = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, long> _hops = [];
    private readonly Dictionary<FlowKey, (long Reports, long Bytes)> _flows = [];

    public void AddDatagram(DecodedReport report)
    {
        (uint, byte) key = (report.NodeId, report.HardwareId);
        if (!_exporters.TryGetValue(key, out Exporter? exporter))
        {
            _exporters.Add(key, exporter = new Exporter(report.SequenceBits));
        }

        exporter.Datagrams++;
        exporter.Sequence.Observe(report.Sequence);
    }

    public void AddReport(DecodedReport report)
    {
        string format = report.HasInt ? $"report {report.Version}, INT {report.IntVersion} over {report.IntCarrier}" : $"report {report.Version}, no INT";
        _formats[format] = _formats.GetValueOrDefault(format) + 1;
        _hops[report.HopCount] = _hops.GetValueOrDefault(report.HopCount) + 1;
        if (report.HasFlow && (_flows.Count < MostFlows || _flows.ContainsKey(report.Flow)))
        {
            (long reports, long bytes) = _flows.GetValueOrDefault(report.Flow);
            _flows[report.Flow] = (reports + 1, bytes + report.OriginalIpLength);
        }
    }

    public void AddError(ReportError error)
    {
        string name = error.ToString();
        _errors[name] = _errors.GetValueOrDefault(name) + 1;
    }

    public void Write(TextWriter output, bool json)
    {
        foreach (Exporter exporter in _exporters.Values)
        {
            exporter.Sequence.Settle();
            exporter.Sequence.Settle();
        }

        var flows = _flows.OrderByDescending(flow => flow.Value.Bytes).ThenBy(flow => flow.Key.ToString(), StringComparer.Ordinal).Take(FlowsTold).ToArray();
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                exporters = _exporters.Select(e => new { node = e.Key.Node, hw = e.Key.Hardware, datagrams = e.Value.Datagrams, lost = e.Value.Sequence.Lost }),
                formats = _formats,
                errors = _errors,
                hops = _hops.ToDictionary(h => h.Key.ToString(CultureInfo.InvariantCulture), h => h.Value),
                flows = flows.Select(f => new { flow = f.Key.ToString(), reports = f.Value.Reports, bytes = f.Value.Bytes }),
            }));
            return;
        }

        foreach (((uint node, byte hardware), Exporter exporter) in _exporters)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"exporter node {node} hw {hardware}: {exporter.Datagrams} datagrams, {exporter.Sequence.Lost} missing"));
        }

        foreach ((string format, long count) in _formats)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"format {format}: {count}"));
        }

        foreach ((int hops, long count) in _hops)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"hops {hops}: {count}"));
        }

        foreach ((string error, long count) in _errors)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"error {error}: {count}"));
        }

        foreach ((FlowKey flow, (long reports, long bytes)) in flows)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"flow {flow}: {reports} reports, {bytes} bytes"));
        }
    }

    private sealed class Exporter(int bits)
    {
        public long Datagrams { get; set; }

        public Nodes.SequenceTracker Sequence = new(bits, 1 << 20, restartsAtZero: true, trustAtOnce: true);
    }
}
