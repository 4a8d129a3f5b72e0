using SharpPcap;
using SharpPcap.LibPcap;

namespace Telemetry.Collector.Sources;

/// <summary>Packets of a capture file (pcap, pcapng) or of an interface where no socket can be bound, one after the other. One thread.</summary>
internal sealed class CaptureReader : IDisposable
{
    private const int LiveTimeoutMs = 20;
    private const int PcapRecordBytes = 16;
    private const string NoLibrary = "the library libpcap is missing; install it, on Debian: apt-get install libpcap0.8";

    private readonly PcapDevice _device;
    private readonly string _source;
    private readonly bool _live;

    private CaptureReader(PcapDevice device, string source, bool live) => (_device, _source, _live) = (device, source, live);

    /// <summary>Says what a call found.</summary>
    public enum Step
    {
        /// <summary>A packet.</summary>
        Packet,

        /// <summary>None came in time.</summary>
        Nothing,

        /// <summary>The file ends.</summary>
        End,
    }

    /// <summary>Packets read.</summary>
    public long Packets { get; private set; }

    /// <summary>Bytes of the file read so far, near enough to tell how far it is.</summary>
    public long BytesRead { get; private set; }

    /// <summary>When the first packet of a file was captured, nanoseconds of Unix time; 0 of an interface.</summary>
    public long FirstNs { get; private init; }

    /// <summary>Bytes of the file; 0 of an interface.</summary>
    public long FileBytes { get; private init; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="CaptureException">There is none, it is no capture, there is no packet in it, or libpcap is missing.</exception>
    public static CaptureReader OpenFile(string file)
    {
        if (!File.Exists(file))
        {
            throw new CaptureException($"{file}: there is no such file");
        }

        // A look at the first packet, then from the start.
        using CaptureReader look = OpenDevice(file);
        if (look.Next(out _, out long firstNs) == Step.End)
        {
            throw new CaptureException($"{file}: there is no packet in it");
        }

        return OpenDevice(file, firstNs, new FileInfo(file).Length);
    }

    /// <summary>Listens on an interface.</summary>
    /// <param name="name">Of the interface.</param>
    /// <param name="filter">In libpcap's language; empty takes everything.</param>
    /// <param name="bufferBytes">What the system keeps for this reader.</param>
    /// <exception cref="CaptureException">There is no such interface, it may not be listened on, the filter is none, or libpcap is missing.</exception>
    public static CaptureReader OpenInterface(string name, string filter, int bufferBytes) =>
        Open(name, "cannot be listened on", () =>
        {
            LibPcapLiveDeviceList devices = LibPcapLiveDeviceList.New();
            LibPcapLiveDevice found = devices.FirstOrDefault(device => device.Name == name)
                ?? throw new CaptureException($"{name}: there is no such interface, or it may not be listened on; known: {string.Join(", ", devices.Select(device => device.Name))}");
            found.Open(new DeviceConfiguration { Mode = DeviceModes.Promiscuous, ReadTimeout = LiveTimeoutMs, BufferSize = bufferBytes });
            try
            {
                found.Filter = filter;
            }
            catch (PcapException fault)
            {
                found.Close();
                throw new CaptureException($"{name}: filter '{filter}': {fault.Message}", fault);
            }

            return found;
        });

    /// <summary>Reads the next packet.</summary>
    /// <param name="packet">Valid until the next call.</param>
    /// <param name="atNs">When it was captured, nanoseconds of Unix time.</param>
    /// <exception cref="CaptureException">The file is damaged or the interface is gone; says after which packet.</exception>
    public Step Next(out CapturedPacket packet, out long atNs)
    {
        packet = default;
        atNs = 0;
        GetPacketStatus status = _device.GetNextPacket(out PacketCapture capture);
        switch (status)
        {
            case GetPacketStatus.PacketRead:
                Packets++;
                BytesRead += PcapRecordBytes + capture.Data.Length;
                atNs = (long)(capture.Header.Timeval.Value * 1_000_000_000m);
                packet = new CapturedPacket(_device.LinkType, capture.Data);
                return Step.Packet;
            case GetPacketStatus.NoRemainingPackets when !_live:
                return Step.End;
            case GetPacketStatus.ReadTimeout or GetPacketStatus.NoRemainingPackets when _live:
                return Step.Nothing;
            default:
                string why = !string.IsNullOrEmpty(_device.LastError) ? _device.LastError : _live ? "the interface cannot be read any more" : "the file ends inside a packet";
                throw new CaptureException($"{_source}: after packet {Packets}: {why}");
        }
    }

    /// <summary>Packets that the system dropped because nobody came for them; 0 of a file. Called by the reading thread.</summary>
    public long ReadDrops()
    {
        try
        {
            return _live && _device.Statistics is { } statistics ? statistics.DroppedPackets + statistics.InterfaceDroppedPackets : 0;
        }
        catch (PcapException)
        {
            return 0; // an interface that went away counts nothing
        }
    }

    public void Dispose() => _device.Dispose();

    private static CaptureReader OpenDevice(string file, long firstNs = 0, long bytes = 0) => Open(
        file,
        "not a capture file that can be read",
        () =>
        {
            CaptureFileReaderDevice device = new(file);
            device.Open(new DeviceConfiguration { TimestampResolution = TimestampResolution.Nanosecond });
            return device;
        },
        firstNs,
        bytes);

    private static CaptureReader Open(string source, string what, Func<PcapDevice> open, long firstNs = 0, long bytes = 0)
    {
        try
        {
            PcapDevice device = open();
            return new CaptureReader(device, source, device is LibPcapLiveDevice) { FirstNs = firstNs, FileBytes = bytes };
        }
        catch (PcapException fault)
        {
            throw new CaptureException($"{source}: {what}: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is DllNotFoundException || fault.GetBaseException() is DllNotFoundException)
        {
            throw new CaptureException($"{source}: {NoLibrary}", fault);
        }
    }
}
