using System.Globalization;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Captures;

/// <summary>
/// What <c>telemetry decode FILE</c> does: prints every telemetry report of a capture on one line, and a summary. Every
/// fault is one line on the error output that names file and packet; with any of them the exit code is 1.
/// </summary>
public sealed class CaptureDecoder
{
    private const int MaxErrorLines = 20;
    private const int PortsNamed = 5;

    private readonly CaptureOptions _options;
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly DecodedReport _report = new();
    private readonly SortedDictionary<int, long> _otherPorts = [];
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

    /// <summary>Decodes the file from start to end.</summary>
    /// <returns>0, or 1 when the file cannot be read, holds no report, or anything in it is malformed.</returns>
    public int Run(CancellationToken cancellation = default)
    {
        if (!File.Exists(_options.File))
        {
            _errors.WriteLine($"{_options.File}: there is no such file");
            return 1;
        }

        try
        {
            using CaptureFileReaderDevice device = new(_options.File);
            device.Open();
            Read(device, cancellation);
        }
        catch (PcapException fault)
        {
            _errors.WriteLine($"{_options.File}: not a capture file that can be read: {fault.Message}");
            return 1;
        }
        catch (Exception fault) when (fault is DllNotFoundException || fault.GetBaseException() is DllNotFoundException)
        {
            _errors.WriteLine($"{_options.File}: the library libpcap is missing; install it, on Debian: apt-get install libpcap0.8");
            return 1;
        }

        return Finish();
    }

    private void Read(CaptureFileReaderDevice device, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            GetPacketStatus status = device.GetNextPacket(out PacketCapture capture);
            if (status == GetPacketStatus.NoRemainingPackets)
            {
                return;
            }

            if (status != GetPacketStatus.PacketRead)
            {
                _malformed++;
                string why = string.IsNullOrEmpty(device.LastError) ? "the file ends inside a packet" : device.LastError;
                _errors.WriteLine($"{_options.File}: after packet {_packets}: {why}");
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
        ReportDecoder decoder = new(payload, _report, _options.Reports);
        while (decoder.MoveNext())
        {
            if (_report.Error != ReportError.None)
            {
                Fault(_report.Error, _report.ErrorOffset);
                continue;
            }

            _reports++;
            _hops += _report.HopCount;
            _output.WriteLine(_options.Json ? ReportPrinter.Json(_packets, seconds, _report) : ReportPrinter.Text(_packets, seconds, _report));
        }

        if (decoder.Error != ReportError.None)
        {
            Fault(decoder.Error, decoder.ErrorOffset);
        }
    }

    private void Fault(ReportError error, int offset)
    {
        if (++_malformed <= MaxErrorLines)
        {
            _errors.WriteLine($"{_options.File}: packet {_packets}: {error} at byte {offset} of the report datagram");
        }
    }

    private int Finish()
    {
        if (_malformed > MaxErrorLines)
        {
            _errors.WriteLine($"{_options.File}: {_malformed - MaxErrorLines} more faults like these");
        }

        if (_reports == 0 && _malformed == 0)
        {
            _errors.WriteLine($"{_options.File}: no telemetry report to UDP port {_options.Port} in {_packets} packets{OtherPorts()}");
            return 1;
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
        int port;
        bool found = link == LinkLayers.Ethernet
            ? TryGetFromEthernet(frame, out payload, out port)
            : TryGetFromOther(link, frame, out payload, out port);
        if (found && _options.Port != 0 && port != _options.Port)
        {
            _otherPorts[port] = _otherPorts.GetValueOrDefault(port) + 1;
            return false;
        }

        return found;
    }

    private bool TryGetFromEthernet(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> payload, out int port)
    {
        port = _options.Port;
        return ReportFrame.TryGetPayload(frame, _options.Port, out payload) || TryGetFromOther(LinkLayers.Ethernet, frame, out payload, out port);
    }

    /// <summary>Raw IP, Linux "any" captures, VLANs and whatever else PacketDotNet knows.</summary>
    private static bool TryGetFromOther(LinkLayers link, ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> payload, out int port)
    {
        payload = default;
        port = 0;
        try
        {
            UdpPacket? udp = Packet.ParsePacket(link, frame.ToArray())?.Extract<UdpPacket>();
            if (udp?.PayloadData is not { } data)
            {
                return false;
            }

            payload = data;
            port = udp.DestinationPort;
            return true;
        }
        catch (SystemException fault) when (fault is not OutOfMemoryException)
        {
            return false; // no packet that this library understands: not a report, whatever it is
        }
    }
}
