using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using Telemetry.P4Runtime.Values;

namespace Telemetry.SoftSwitch.Service;

/// <summary>Canonical byte strings to numbers, with faults that name the field and its width.</summary>
internal static class FieldValues
{
    /// <exception cref="EntityFault">INVALID_ARGUMENT for a string that is not canonical, OUT_OF_RANGE for a value too wide.</exception>
    public static BigInteger Parse(ByteString bytes, int width, Func<string> place)
    {
        if (!CanonicalBytes.IsCanonical(bytes.Span))
        {
            throw EntityFault.Invalid(bytes.Length == 0
                ? $"{place()} ({width} bits): the value is empty"
                : $"{place()} ({width} bits): {Convert.ToHexString(bytes.Span)} is not canonical; leading zero bytes are left out");
        }

        int bits = CanonicalBytes.BitLength(bytes.Span);
        return bits <= width
            ? new BigInteger(bytes.Span, isUnsigned: true, isBigEndian: true)
            : throw EntityFault.OutOfRange($"{place()} ({width} bits): {CanonicalBytes.Show(bytes.Span)} needs {bits} bits");
    }

    public static ByteString Format(BigInteger value) => ByteString.CopyFrom(value.ToByteArray(isUnsigned: true, isBigEndian: true));

    /// <summary>A port of a replica or a packet, 0 to 511.</summary>
    public static int Port(BigInteger value, Func<string> place) => value < Switching.Switch.PortCount
        ? (int)value
        : throw EntityFault.OutOfRange(string.Create(CultureInfo.InvariantCulture, $"{place()}: port {value} is above {Switching.Switch.PortCount - 1}"));
}
