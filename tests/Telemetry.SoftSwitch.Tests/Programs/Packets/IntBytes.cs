using System.Buffers.Binary;

namespace Telemetry.SoftSwitch.Tests.Programs.Packets;

/// <summary>INT as bytes: shim, header and stack.</summary>
internal sealed record IntBytes
{
    public int Type { get; init; } = 1;

    public int Npt { get; init; }

    /// <summary>The shim's last byte: DSCP and two bits of 0, or a protocol.</summary>
    public byte Original { get; init; }

    public int Version { get; init; } = 2;

    public string Marks { get; init; } = "";

    public int HopWords { get; init; } = 2;

    public byte RemainingHops { get; init; } = 5;

    public ushort Instructions { get; init; } = 0xC000;

    public ushort DomainId { get; init; }

    public uint[] Stack { get; init; } = [1, 0x0001_0002];

    /// <summary>Shim length in words where it shall not be the true one.</summary>
    public int? Length { get; init; }

    public byte[] Build()
    {
        byte[] bytes = new byte[16 + (4 * Stack.Length)];
        bytes[0] = (byte)((Type << 4) | (Npt << 2));
        bytes[1] = (byte)(Length ?? 3 + Stack.Length);
        bytes[3] = Original;
        bytes[4] = (byte)((Version << 4) | (Marks.Contains('D', StringComparison.Ordinal) ? 8 : 0)
            | (Marks.Contains('E', StringComparison.Ordinal) ? 4 : 0) | (Marks.Contains('M', StringComparison.Ordinal) ? 2 : 0));
        bytes[6] = (byte)HopWords;
        bytes[7] = RemainingHops;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8), Instructions);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), DomainId);
        for (int i = 0; i < Stack.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16 + (4 * i)), Stack[i]);
        }

        return bytes;
    }
}
