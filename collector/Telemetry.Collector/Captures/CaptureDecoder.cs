using System.Globalization;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;
using Telemetry.Collector.Profiles;
using Telemetry.Collector.Sources;
using Telemetry.Wire.Headers;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Captures;

/// <summary>
/// What <c>telemetry decode</c> does: prints every telemetry report of a capture file or an interface on one line, and a summary. Every
/// fault is one line on the error output that names source, packet and report and says what was expected; with any of them the exit code is 1.
/// </summary>
public sealed class CaptureDecoder
{
    private const int MaxErrorLines = 20;
    private const int PortsNamed = 5;
    private const int LiveTimeoutMs = 100;
    private const string Red = "\u001b[31m";
    private const string Yellow = "\u001b[33m";
    private const string Plain = "\u001b[0m";

    private readonly CaptureOptions _options;
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly DecodedReport _report = new();
    private readonly SortedDictionary<int, long> _otherPorts = [];
    private readonly CaptureStatistics _statistics = new();
    private readonly ProfileAdvisor _advisor = new();
    private readonly List<string> _advice = [];
    private long _packets;
    private long _datagrams;
    private long _reports;
    private long _hops;
    private long _malformed;
    private decimal _firstSeconds = -1;

    /// <summary>Creates a decoder for one run.</summary>
    /// <param name="options">What to decode.</param>
    /// <param name="output">Receives one line a report and, as text, the summary.</param>
    /// <param name="errors">Receives faults and, with JSON, the summary.</param>
    public CaptureDecoder(CaptureOptions options, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        _options = options;
        _output = output;
        _errors = errors;
    }

    /// <summary>What was found.</summary>
    public CaptureSummary Summary => new(_packets, _datagrams, _reports, _hops, _malformed);

    /// <summary>Decodes the file from start to end, or what comes over the interface until cancelled.</summary>
    /// <returns>0, or 1 when the source cannot be read, a file holds no report, or anything in it is malformed.</returns>
    public int Run(CancellationToken cancellation = default)
    {
        if (_options.File is { } file && !File.Exists(file))
        {
            _errors.WriteLine($"{file}: there is no such file");
            return 1;
        }

        try
        {
            using PcapDevice? device = _options.File is { } name ? new CaptureFileReaderDevice(name) : OpenInterface();
            if (device is null)
            {
                return 1;
            }

            if (_options.File is not null)
            {
                device.Open();
            }

            Read(device, cancellation);
        }
        catch (PcapException fault)
        {
            string what = _options.File is null ? "cannot be listened on" : "not a capture file that can be read";
            _errors.WriteLine($"{_options.Source}: {what}: {fault.Message}");
            return 1;
        }
        catch (Exception fault) when (fault is DllNotFoundException || fault.GetBaseException() is DllNotFoundException)
        {
            _errors.WriteLine($"{_options.Source}: the library libpcap is missing; install it, on Debian: apt-get install libpcap0.8");
            return 1;
        }

        return Finish();
    }

    private LibPcapLiveDevice? OpenInterface()
    {
        LibPcapLiveDeviceList devices = LibPcapLiveDeviceList.New();
        LibPcapLiveDevice? found = devices.FirstOrDefault(device => device.Name == _options.Interface);
        if (found is null)
        {
            _errors.WriteLine($"{_options.Interface}: there is no such interface, or it may not be listened on; known: {string.Join(", ", devices.Select(device => device.Name))}");
            return null;
        }

        found.Open(DeviceModes.Promiscuous, LiveTimeoutMs);
        found.Filter = _options.Port == 0 ? "udp" : $"udp port {_options.Port}";
        return found;
    }

    private void Read(PcapDevice device, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && (_options.MaxPackets == 0 || _packets < _options.MaxPackets))
        {
            GetPacketStatus status = device.GetNextPacket(out PacketCapture capture);
            if (status == GetPacketStatus.NoRemainingPackets)
            {
                return;
            }

            if (status == GetPacketStatus.ReadTimeout && _options.File is null)
            {
                _output.Flush();
                continue;
            }

            if (status != GetPacketStatus.PacketRead)
            {
                _malformed++;
                string why = string.IsNullOrEmpty(device.LastError) ? "the file ends inside a packet" : device.LastError;
                _errors.WriteLine($"{_options.Source}: after packet {_packets}: {why}");
                return;
            }

            _packets++;
            PosixTimeval time = capture.Header.Timeval;
            _firstSeconds = _firstSeconds < 0 ? time.Value : _firstSeconds;
            if (TryGetPayload(device.LinkType, capture.Data, out ReadOnlySpan<byte> payload))
            {
                _datagrams++;
                Decode(payload, time.Value - _firstSeconds);
            }
        }
    }

    private void Decode(ReadOnlySpan<byte> payload, decimal seconds)
    {
        DecodeProfile profile = _options.Profiles.For(payload, source: 0);
        ReportDecoder decoder = new(payload, _report, profile.Reports);
        if (decoder.Error is not (ReportError.GroupTruncated or ReportError.GroupVersion))
        {
            _statistics.AddDatagram(_report);
        }

        int count = CountReports(payload, _report.Version);
        bool sound = true;
        while (decoder.MoveNext())
        {
            if (_report.Error != ReportError.None)
            {
                sound = false;
                Fault(_report.Error, _report.ErrorOffset, _report.ErrorNeeded, _report.ErrorLeft, _report.Index + 1, count);
                if (_options.Verbose && !_options.Json)
                {
                    _output.WriteLine(ReportTree.Text(_report, count, profile.Reports));
                }

                continue;
            }

            _reports++;
            _hops += _report.HopCount;
            _statistics.AddReport(_report);
            if (!_options.Statistics && _options.Filter?.Holds(_packets, seconds, _report) != false)
            {
                Print(seconds, count, profile.Reports);
            }
        }

        if (decoder.Error != ReportError.None)
        {
            sound = false;
            int index = decoder.Error is ReportError.ReportLength or ReportError.ReportTruncated ? Math.Min(count, _report.Index + (_report.Offset > 0 ? 2 : 1)) : 0;
            Fault(decoder.Error, decoder.ErrorOffset, decoder.ErrorNeeded, decoder.ErrorLeft, index, count);
        }

        if (!sound && _advisor.Failed(payload, profile.Reports, _report.NodeId, source: 0) is { } deviations)
        {
            _advice.Add(
                $"{_options.Source}: reports of node {_report.NodeId} decode with a profile {{\"name\": \"...\", \"nodes\": [{_report.NodeId}], "
                + $"\"deviations\": [{string.Join(", ", DeviationNames.Text(deviations).Split(", ").Select(name => $"\"{name}\""))}]}}");
        }
    }

    private void Print(decimal seconds, int count, ReportProfile profile)
    {
        if (_options.Json)
        {
            _output.WriteLine(ReportPrinter.Json(_packets, seconds, _report, profile));
            return;
        }

        string color = !_options.Color ? "" : (_report.Flags & ReportFlags.Dropped) != 0 ? Red : (_report.Flags & ReportFlags.CongestedQueue) != 0 ? Yellow : "";
        _output.WriteLine(color + ReportPrinter.Text(_packets, seconds, _report, profile) + (color.Length > 0 ? Plain : ""));
        if (_options.Verbose)
        {
            _output.WriteLine(ReportTree.Text(_report, count, profile));
        }
    }

    /// <summary>How many reports a datagram begins, the last one perhaps cut.</summary>
    private static int CountReports(ReadOnlySpan<byte> datagram, ReportVersion version)
    {
        if (version != ReportVersion.V20)
        {
            return 1;
        }

        int count = 0;
        int position = ReportGroupHeader.Size;
        while (position < datagram.Length)
        {
            count++;
            if (!IndividualReportHeader.TryRead(datagram[position..], out IndividualReportHeader header) || header.LengthWords == IndividualReportHeader.ToTheEnd)
            {
                break;
            }

            position += IndividualReportHeader.Size + (4 * header.LengthWords);
        }

        return count;
    }

    private void Fault(ReportError error, int offset, int needed, int left, int index, int count)
    {
        _statistics.AddError(error);
        if (++_malformed <= MaxErrorLines)
        {
            string place = index > 0 ? $"report {index} of {count}: " : "";
            (string color, string plain) = _options.Color ? (Red, Plain) : ("", "");
            _errors.WriteLine($"{color}{_options.Source}: packet {_packets}: {place}{ReportFault.Explain(error, needed, left)} ({error} at byte {offset}){plain}");
        }
    }

    private int Finish()
    {
        if (_malformed > MaxErrorLines)
        {
            _errors.WriteLine($"{_options.Source}: {_malformed - MaxErrorLines} more faults like these");
        }

        foreach (string advice in _advice)
        {
            _errors.WriteLine(advice);
        }

        if (_reports == 0 && _malformed == 0 && _options.File is not null)
        {
            _errors.WriteLine($"{_options.Source}: no telemetry report to UDP port {_options.Port} in {_packets} packets{OtherPorts()}");
            return 1;
        }

        if (_options.Statistics)
        {
            _statistics.Write(_output, _options.Json);
        }

        TextWriter summary = _options.Json ? _errors : _output;
        summary.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_packets} packets, {_datagrams} report datagrams, {_reports} reports, {_hops} hops, {_malformed} malformed"));
        return _malformed == 0 ? 0 : 1;
    }

    private string OtherPorts() => _otherPorts.Count == 0
        ? "; there is no UDP in it"
        : "; UDP ports in it: " + string.Join(", ", _otherPorts.OrderByDescending(port => port.Value).ThenBy(port => port.Key).Take(PortsNamed).Select(port => port.Key));

    private bool TryGetPayload(LinkLayers link, ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> payload)
    {
        bool found = CapturedFrame.TryRead(link, frame, out UdpDatagram datagram);
        payload = datagram.Payload;
        if (found && _options.Port != 0 && datagram.DestinationPort != _options.Port)
        {
            _otherPorts[datagram.DestinationPort] = _otherPorts.GetValueOrDefault(datagram.DestinationPort) + 1;
            return false;
        }

        return found;
    }
}
