using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Numerics;
using Google.Protobuf;

namespace Telemetry.P4Runtime.Values;

/// <summary>A value of no width yet: a number, bytes, an address or text; it becomes a byte string once its field is known.</summary>
public readonly record struct P4Value
{
    // Numbers of up to 64 bits stand in _small, others in _number: entries are made in millions, and most values are small.
    private readonly ulong _small;
    private readonly BigInteger _number;
    private readonly string? _text;

    private P4Value(ulong number) => _small = number;

    private P4Value(BigInteger number)
    {
        if (number.Sign >= 0 && number <= ulong.MaxValue)
            _small = (ulong)number;
        else
            _number = number;
    }

    private P4Value(string text) => _text = text;

    public static implicit operator P4Value(int value) => (long)value;

    public static implicit operator P4Value(long value) => value >= 0 ? new P4Value((ulong)value) : new P4Value((BigInteger)value);

    public static implicit operator P4Value(uint value) => new((ulong)value);

    public static implicit operator P4Value(ulong value) => new(value);

    public static implicit operator P4Value(UInt128 value) => value <= ulong.MaxValue ? new P4Value((ulong)value) : new P4Value((BigInteger)value);

    public static implicit operator P4Value(BigInteger value) => new(value);

    public static implicit operator P4Value(string text) => new(text ?? throw new ArgumentNullException(nameof(text)));

    public static implicit operator P4Value(IPAddress address) => FromBytes((address ?? throw new ArgumentNullException(nameof(address))).GetAddressBytes());

    public static implicit operator P4Value(PhysicalAddress address) => FromBytes((address ?? throw new ArgumentNullException(nameof(address))).GetAddressBytes());

    /// <summary>Big-endian bytes.</summary>
    public static P4Value FromBytes(ReadOnlySpan<byte> bigEndian) => new(new BigInteger(bigEndian, isUnsigned: true, isBigEndian: true));

    /// <summary>Canonical bytes for a field.</summary>
    /// <exception cref="P4ValueException">It does not fit.</exception>
    public ByteString Encode(ValueField field) => _text is not null ? ValueText.Parse(_text, field)
        : _number.IsZero ? CanonicalBytes.Encode(_small, field)
        : CanonicalBytes.Encode(_number, field);

    public override string ToString() => _text ?? (_number.IsZero ? _small.ToString(CultureInfo.InvariantCulture) : _number.ToString(CultureInfo.InvariantCulture));
}
