using System.Buffers.Binary;
using Telemetry.Lab.Hosts;
using Telemetry.Lab.Randomness;
using Telemetry.SoftSwitch.Ports;

namespace Telemetry.Lab.Fabric;

/// <summary>Takes what a telemetry report carries.</summary>
/// <param name="udpPayload">One datagram; valid during the call.</param>
public delegate void ReportHandler(ReadOnlySpan<byte> udpPayload);

/// <summary>The wire between a switch's report port and the collector node: checks the outer headers and hands on the datagram.</summary>
internal sealed class ReportPort : IPort
{
    private const int Ipv4 = 14;
    private const int Udp = Ipv4 + 20;
    private const int Payload = Udp + 8;
    private readonly ReportHandler _handler;
    private readonly LabRandom _random;
    private double _loss;

    /// <param name="handler">Takes the datagrams.</param>
    /// <param name="seed">Of random loss.</param>
    public ReportPort(ReportHandler handler, ulong seed = 1)
    {
        _handler = handler;
        _random = new LabRandom(seed);
    }

    /// <summary>Datagrams lost on the way, as a scenario wants it.</summary>
    public long Lost { get; private set; }

    /// <summary>Datagrams that arrived here, lost ones included.</summary>
    public long Datagrams { get; private set; }

    /// <summary>Frames that are no UDP over IPv4, or whose lengths or IPv4 checksum are wrong: a collector's kernel would drop them.</summary>
    public long BadFrames { get; private set; }

    /// <summary>Loses a fraction of the datagrams from now on.</summary>
    public void SetLoss(double fraction) => _loss = fraction;

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Payload
            || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800
            || frame[Ipv4] != 0x45
            || frame[Ipv4 + 9] != 17
            || !InternetSum.IsValid(InternetSum.Of(frame.Slice(Ipv4, 20))))
        {
            BadFrames++;
            return;
        }

        int ipLength = BinaryPrimitives.ReadUInt16BigEndian(frame[(Ipv4 + 2)..]);
        int udpLength = BinaryPrimitives.ReadUInt16BigEndian(frame[(Udp + 4)..]);
        if (ipLength > frame.Length - Ipv4 || udpLength != ipLength - 20 || udpLength < 8)
        {
            BadFrames++;
            return;
        }

        Datagrams++;
        if (_loss > 0 && _random.NextUnit() < _loss)
        {
            Lost++;
            return;
        }

        _handler(frame.Slice(Payload, udpLength - 8));
    }
}
