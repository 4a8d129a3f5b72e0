using System.Globalization;
using Google.Protobuf;
using Telemetry.P4Runtime.Values;

namespace Telemetry.SoftSwitch.Service;

/// <summary>Canonical byte strings to numbers, with faults that name the field and its width.</summary>
internal static class FieldValues
{
    /// <exception cref="EntityFault">INVALID_ARGUMENT for a string that is not canonical, OUT_OF_RANGE for a value too wide.</exception>
    public static UInt128 Parse(ByteString bytes, int width, Func<string> place)
    {
        if (!CanonicalBytes.IsCanonical(bytes.Span))
        {
            throw EntityFault.Invalid(bytes.Length == 0
                ? $"{place()} ({width} bits): the value is empty"
                : $"{place()} ({width} bits): {Convert.ToHexString(bytes.Span)} is not canonical; leading zero bytes are left out");
        }

        int bits = CanonicalBytes.BitLength(bytes.Span);
        return bits <= width
            ? CanonicalBytes.ToUInt128(bytes)
            : throw EntityFault.OutOfRange($"{place()} ({width} bits): {CanonicalBytes.Show(bytes.Span)} needs {bits} bits");
    }

    public static ByteString Format(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        int first = bytes.IndexOfAnyExcept((byte)0);
        return ByteString.CopyFrom(first < 0 ? bytes[^1..] : bytes[first..]);
    }

    /// <summary>A port of a replica or a packet, 0 to 511.</summary>
    public static int Port(UInt128 value, Func<string> place) => value < Switching.Switch.PortCount
        ? (int)value
        : throw EntityFault.OutOfRange(string.Create(CultureInfo.InvariantCulture, $"{place()}: port {value} is above {Switching.Switch.PortCount - 1}"));
}
