using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;
using Google.Protobuf;

namespace Telemetry.P4Runtime.Values;

/// <summary>Values as people write them: decimal, 0x, 0b, 0o, MAC, IPv4, IPv6; and back by the field's format.</summary>
public static class ValueText
{
    /// <summary>Canonical bytes of one value.</summary>
    /// <exception cref="P4ValueException">No notation fits, or the value is too wide; names the field, its width and the value.</exception>
    public static ByteString Parse(string text, ValueField field)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (field.ResolvedFormat == ValueFormat.Text)
            return ByteString.CopyFromUtf8(text);
        if (TryPlain(text, field, out var plain))
            return CanonicalBytes.Encode(plain, field);
        var trimmed = text.Trim();
        if (trimmed.Count(c => c == ':') == 5 && TryMac(trimmed, out var mac))
            return CanonicalBytes.Encode(mac, field);
        if (trimmed.Contains(':', StringComparison.Ordinal))
            return ParseAddress(trimmed, AddressFamily.InterNetworkV6, field);
        if (trimmed.Contains('.', StringComparison.Ordinal))
            return ParseAddress(trimmed, AddressFamily.InterNetwork, field);
        return TryInteger(trimmed, out var value)
            ? CanonicalBytes.Encode(value, field)
            : throw new P4ValueException(field, $"'{text}' is no value; write it as decimal, 0x, 0b, 0o, a MAC, IPv4 or IPv6 address");
    }

    /// <summary>The value as text in the field's format; hexadecimal where it does not fit that format.</summary>
    public static string Format(ByteString value, ValueField field)
    {
        ArgumentNullException.ThrowIfNull(value);
        Span<byte> padded = stackalloc byte[16];
        switch (field.ResolvedFormat)
        {
            case ValueFormat.Text:
                return value.ToStringUtf8();
            case ValueFormat.Number:
                return CanonicalBytes.ToBigInteger(value).ToString(CultureInfo.InvariantCulture);
            case ValueFormat.Mac when CanonicalBytes.TryCopyPadded(value.Span, padded[..6]):
                return $"{padded[0]:x2}:{padded[1]:x2}:{padded[2]:x2}:{padded[3]:x2}:{padded[4]:x2}:{padded[5]:x2}";
            case ValueFormat.Ipv4 when CanonicalBytes.TryCopyPadded(value.Span, padded[..4]):
                return new IPAddress(padded[..4]).ToString();
            case ValueFormat.Ipv6 when CanonicalBytes.TryCopyPadded(value.Span, padded):
                return new IPAddress(padded).ToString();
            default:
                return CanonicalBytes.Show(value.Span);
        }
    }

    /// <summary>Value and length of a prefix, "10.0.1.0/24" or "0x0a000100/24"; without a length the whole width. Bits behind the prefix become zero.</summary>
    /// <exception cref="P4ValueException">The value or the length does not fit the field.</exception>
    public static (ByteString Value, int PrefixLength) ParsePrefix(string text, ValueField field)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return (Parse(text, field), field.Width);
        var lengthText = text[(slash + 1)..].Trim();
        if (!int.TryParse(lengthText, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > field.Width)
            throw new P4ValueException(field, $"'{text}': the prefix length has to be 0 to {field.Width}");
        if (length > 0 && field.Width <= 64 && TryPlain(text.AsSpan(0, slash), field, out var plain) && plain >> (field.Width - 1) <= 1)
            return (CanonicalBytes.Encode(plain >> (field.Width - length) << (field.Width - length), field), length);
        var mask = PrefixMask(length, field.Width);
        return (CanonicalBytes.Encode(CanonicalBytes.ToBigInteger(Parse(text[..slash], field)) & mask, field), length);
    }

    /// <summary>Value and mask, "0x1f&amp;&amp;&amp;0xff"; a prefix is a mask too, a single value is matched whole. Bits outside the mask become zero.</summary>
    /// <exception cref="P4ValueException">Value or mask does not fit the field.</exception>
    public static (ByteString Value, ByteString Mask) ParseMasked(string text, ValueField field)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ands = text.IndexOf("&&&", StringComparison.Ordinal);
        if (ands < 0)
        {
            var (value, length) = ParsePrefix(text, field);
            return (value, CanonicalBytes.Encode(PrefixMask(length, field.Width), field));
        }
        var mask = CanonicalBytes.ToBigInteger(Parse(text[(ands + 3)..], field));
        return (CanonicalBytes.Encode(CanonicalBytes.ToBigInteger(Parse(text[..ands], field)) & mask, field), CanonicalBytes.Encode(mask, field));
    }

    /// <summary>Both ends of "80..443" (or "80-&gt;443"); a single value is both ends.</summary>
    /// <exception cref="P4ValueException">An end does not fit the field, or the low end is above the high one.</exception>
    public static (ByteString Low, ByteString High) ParseRange(string text, ValueField field)
    {
        ArgumentNullException.ThrowIfNull(text);
        var separator = text.Contains("->", StringComparison.Ordinal) ? "->" : "..";
        var ends = text.Split(separator, 2);
        var (low, high) = (Parse(ends[0], field), Parse(ends[^1], field));
        return CanonicalBytes.ToBigInteger(low) <= CanonicalBytes.ToBigInteger(high)
            ? (low, high)
            : throw new P4ValueException(field, $"'{text}': the low end is above the high end");
    }

    /// <summary>The mask with the <paramref name="length"/> most significant of <paramref name="width"/> bits set.</summary>
    public static BigInteger PrefixMask(int length, int width) => ((BigInteger.One << length) - 1) << (width - length);

    private static ByteString ParseAddress(string text, AddressFamily family, ValueField field)
    {
        var kind = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
        // IPAddress also takes 10.1 and 0x0a.0.0.1: neither is what a table file means.
        if ((family == AddressFamily.InterNetwork && text.Count(c => c == '.') != 3)
            || text.Contains('%', StringComparison.Ordinal)
            || !IPAddress.TryParse(text, out var address) || address.AddressFamily != family)
            throw new P4ValueException(field, $"'{text}' is no {kind} address{(kind == "IPv6" ? " and no MAC address" : "")}");
        var bytes = address.GetAddressBytes();
        return field.Width == 8 * bytes.Length
            ? CanonicalBytes.Shortest(bytes)
            : throw new P4ValueException(field, $"{text} is an {kind} address of {8 * bytes.Length} bits");
    }

    private static bool TryMac(string text, out ulong value)
    {
        value = 0;
        foreach (var part in text.Split(':'))
        {
            if (part.Length is 0 or > 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                return false;
            value = (value << 8) | octet;
        }
        return true;
    }

    private static bool TryInteger(string text, out BigInteger value)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return BigInteger.TryParse("0" + digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && digits.Length > 2;
        if (digits.StartsWith("0b", StringComparison.OrdinalIgnoreCase))
            return TryPowerOfTwo(digits[2..], 1, out value);
        if (digits.StartsWith("0o", StringComparison.OrdinalIgnoreCase))
            return TryPowerOfTwo(digits[2..], 3, out value);
        return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryPowerOfTwo(string digits, int bits, out BigInteger value)
    {
        value = BigInteger.Zero;
        foreach (var c in digits)
        {
            if (c < '0' || c >= '0' + (1 << bits))
                return false;
            value = (value << bits) | (c - '0');
        }
        return digits.Length > 0;
    }

    /// <summary>The notations that make most of a load, without a detour over big integers: plain decimal, a dotted quad for 32 bits, a MAC for 48.</summary>
    private static bool TryPlain(ReadOnlySpan<char> text, ValueField field, out ulong value)
    {
        value = 0;
        if (text.IsEmpty || field.Width == 0)
            return false;
        if (text.Length == 17 && field.Width == 48)
        {
            for (var i = 0; i < 17; i++)
            {
                if (i % 3 == 2)
                {
                    if (text[i] != ':')
                        return false;
                    continue;
                }
                if (!char.IsAsciiHexDigit(text[i]))
                    return false;
                value = (value << 4) | (uint)(char.IsAsciiDigit(text[i]) ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
            }
            return true;
        }
        var quad = field.Width == 32 && text.Contains('.');
        var (part, digits, dots) = (0u, 0, 0);
        foreach (var c in text)
        {
            if (c == '.' && quad && digits > 0 && dots < 3)
            {
                value = (value << 8) | part;
                (part, digits, dots) = (0, 0, dots + 1);
                continue;
            }
            if (!char.IsAsciiDigit(c) || digits == 9)
                return false;
            part = (part * 10) + (uint)(c - '0');
            digits++;
            // leading zeros in a quad may mean octal to others: the strict reader decides
            if (quad && (part > 255 || (digits > 1 && part < 10)))
                return false;
        }
        if (digits == 0 || dots is not (0 or 3))
            return false;
        value = dots == 0 ? part : (value << 8) | part;
        return true;
    }
}
