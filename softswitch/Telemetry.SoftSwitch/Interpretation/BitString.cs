using System.Numerics;

namespace Telemetry.SoftSwitch.Interpretation;

/// <summary>A string of bits that grows at its end.</summary>
internal sealed class BitString
{
    private readonly List<bool> _bits = [];

    public void Append(BigInteger value, int width)
    {
        for (int i = width - 1; i >= 0; i--)
        {
            _bits.Add(!((value >> i) & 1).IsZero);
        }
    }

    /// <summary>The bits as bytes, the last one filled up with zeros.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[(_bits.Count + 7) / 8];
        for (int i = 0; i < _bits.Count; i++)
        {
            bytes[i / 8] |= (byte)(_bits[i] ? 0x80 >> (i % 8) : 0);
        }

        return bytes;
    }
}
