using System.Buffers.Binary;
using System.Net;
using Telemetry.Wire.Headers;

namespace Telemetry.SoftSwitch.Tests.Programs.Packets;

/// <summary>A frame that left the switch, taken to pieces independently of the code under test.</summary>
internal sealed class FrameView
{
    private readonly byte[] _frame;
    private readonly int _ip;
    private readonly int _l4;

    public FrameView(byte[] frame)
    {
        _frame = frame;
        int at = 12;
        List<(ushort, ushort)> vlans = [];
        while (U16(at) is 0x8100 or 0x88A8)
        {
            vlans.Add((U16(at), U16(at + 2)));
            at += 4;
        }

        Vlans = [.. vlans];
        IsIpv6 = U16(at) == 0x86DD;
        _ip = at + 2;
        _l4 = _ip + (IsIpv6 ? 40 : 4 * (frame[_ip] & 15));
        IntAt = _l4 + (Protocol == 6 ? 20 : 8);
    }

    public (ushort Tpid, ushort Tci)[] Vlans { get; }

    public bool IsIpv6 { get; }

    public string DstMac => Convert.ToHexString(_frame.AsSpan(0, 6));

    public byte Dscp => (byte)(IsIpv6 ? (U16(_ip) >> 6) & 0x3F : _frame[_ip + 1] >> 2);

    public byte Protocol => _frame[_ip + (IsIpv6 ? 6 : 9)];

    public byte Ttl => _frame[_ip + (IsIpv6 ? 7 : 8)];

    public int IpLength => IsIpv6 ? 40 + U16(_ip + 4) : U16(_ip + 2);

    public ushort SourcePort => U16(_l4);

    public ushort DestinationPort => U16(_l4 + 2);

    public ushort L4Checksum => U16(_l4 + (Protocol == 6 ? 16 : 6));

    /// <summary>Where INT is, if it is.</summary>
    public int IntAt { get; }

    public int Npt => (_frame[IntAt] >> 2) & 3;

    public int IntType => _frame[IntAt] >> 4;

    public int ShimLength => _frame[IntAt + 1];

    public ushort Original => U16(IntAt + 2);

    /// <summary>D, E and M, as letters.</summary>
    public string Marks => string.Concat(new[] { ('D', 8), ('E', 4), ('M', 2) }.Where(m => (_frame[IntAt + 4] & m.Item2) != 0).Select(m => m.Item1));

    public int HopWords => _frame[IntAt + 6] & 31;

    public int RemainingHops => _frame[IntAt + 7];

    public ushort Instructions => U16(IntAt + 8);

    /// <summary>Words of the stack.</summary>
    public uint[] Stack => [.. Enumerable.Range(0, ShimLength - 3).Select(i => BinaryPrimitives.ReadUInt32BigEndian(_frame.AsSpan(IntAt + 16 + (4 * i))))];

    /// <summary>Everything behind INT.</summary>
    public byte[] BehindInt => _frame[(IntAt + 4 + (4 * ShimLength))..(_ip + IpLength)];

    /// <summary>The IP packet as bytes.</summary>
    public byte[] Ip => _frame[_ip..(_ip + IpLength)];

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_frame.AsSpan(at));

    /// <summary>Fails unless lengths and checksums fit the bytes.</summary>
    public FrameView IsSound()
    {
        Assert.True(_ip + IpLength <= _frame.Length, $"IP says {IpLength} bytes, the frame has {_frame.Length - _ip}");
        if (!IsIpv6)
        {
            Assert.Equal(0, InternetChecksum.Compute(_frame.AsSpan(_ip, _l4 - _ip)));
        }

        int length = _ip + IpLength - _l4;
        if (Protocol == 17)
        {
            Assert.Equal(length, U16(_l4 + 4));
        }

        if (Protocol is 6 or 17 && !(Protocol == 17 && L4Checksum == 0))
        {
            ReadOnlySpan<byte> addresses = IsIpv6 ? _frame.AsSpan(_ip + 8, 32) : _frame.AsSpan(_ip + 12, 8);
            byte[] pseudo = [.. addresses, 0, 0, (byte)(length >> 8), (byte)length, 0, 0, 0, Protocol];
            Assert.Equal(0, InternetChecksum.Compute([.. pseudo, .. _frame.AsSpan(_l4, length)]));
        }

        return this;
    }

    /// <summary>Fails unless this is the sent packet after one router.</summary>
    public void IsRouted(FrameSpec sent)
    {
        IsSound();
        Assert.Equal(Convert.ToHexString(new FrameView((sent with { Ttl = (byte)(sent.Ttl - 1), Padding = 0 }).Build()).Ip), Convert.ToHexString(Ip));
        Assert.Equal(sent.Vlans, Vlans);
    }
}
