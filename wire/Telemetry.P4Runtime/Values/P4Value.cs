using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using Google.Protobuf;

namespace Telemetry.P4Runtime.Values;

/// <summary>A value of no width yet: a number, bytes, an address or text; it becomes a byte string once its field is known.</summary>
public readonly record struct P4Value
{
    private readonly BigInteger _number;
    private readonly string? _text;

    private P4Value(BigInteger number) => _number = number;

    private P4Value(string text) => _text = text;

    public static implicit operator P4Value(int value) => new((BigInteger)value);

    public static implicit operator P4Value(long value) => new((BigInteger)value);

    public static implicit operator P4Value(uint value) => new((BigInteger)value);

    public static implicit operator P4Value(ulong value) => new((BigInteger)value);

    public static implicit operator P4Value(UInt128 value) => new((BigInteger)value);

    public static implicit operator P4Value(BigInteger value) => new(value);

    public static implicit operator P4Value(string text) => new(text ?? throw new ArgumentNullException(nameof(text)));

    public static implicit operator P4Value(IPAddress address) => FromBytes((address ?? throw new ArgumentNullException(nameof(address))).GetAddressBytes());

    public static implicit operator P4Value(PhysicalAddress address) => FromBytes((address ?? throw new ArgumentNullException(nameof(address))).GetAddressBytes());

    /// <summary>Big-endian bytes.</summary>
    public static P4Value FromBytes(ReadOnlySpan<byte> bigEndian) => new(new BigInteger(bigEndian, isUnsigned: true, isBigEndian: true));

    /// <summary>Canonical bytes for a field.</summary>
    /// <exception cref="P4ValueException">It does not fit.</exception>
    public ByteString Encode(ValueField field) => _text is null ? CanonicalBytes.Encode(_number, field) : ValueText.Parse(_text, field);

    public override string ToString() => _text ?? _number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
