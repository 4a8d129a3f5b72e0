using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Telemetry.P4Runtime.Text;

internal sealed partial class TextReaderState
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private object ReadScalar(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (int)ReadInteger(field, int.MinValue, int.MaxValue),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (long)ReadInteger(field, long.MinValue, long.MaxValue),
        FieldType.UInt32 or FieldType.Fixed32 => (uint)ReadInteger(field, 0, uint.MaxValue),
        FieldType.UInt64 or FieldType.Fixed64 => (ulong)ReadInteger(field, 0, ulong.MaxValue),
        FieldType.Bool => ReadBool(field),
        FieldType.Enum => ReadEnum(field),
        FieldType.Float => (float)ReadReal(field),
        FieldType.Double => ReadReal(field),
        FieldType.Bytes => ByteString.CopyFrom(ReadString(field)),
        FieldType.String => ReadText(field),
        _ => throw At(_next, $"field {field.FullName} has type {field.FieldType}, which proto3 does not have"),
    };

    private static object DefaultOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 or FieldType.Enum => 0,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => 0L,
        FieldType.UInt32 or FieldType.Fixed32 => 0U,
        FieldType.UInt64 or FieldType.Fixed64 => 0UL,
        FieldType.Bool => false,
        FieldType.Float => 0F,
        FieldType.Double => 0D,
        FieldType.Bytes => ByteString.Empty,
        FieldType.String => "",
        _ => field.MessageType.Parser.ParseFrom(ByteString.Empty),
    };

    private Int128 ReadInteger(FieldDescriptor field, Int128 least, Int128 most)
    {
        var start = _next;
        var negative = TakeMinus();
        if (_next.Kind != TokenKind.Number || !TryInteger(_next.Value, out var magnitude))
            throw Expected($"an integer for {field.Name}");
        var shown = (negative ? "-" : "") + _next.Value;
        Take();
        var value = negative ? -(Int128)magnitude : magnitude;
        return value >= least && value <= most
            ? value
            : throw At(start, $"{shown} does not fit {field.Name} ({field.FieldType.ToString().ToLowerInvariant()}: {least} to {most})");
    }

    private static bool TryInteger(string text, out ulong value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        if (text.Length == 1 || text[0] != '0')
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        value = 0;
        foreach (var c in text.AsSpan(1))
        {
            if (c is < '0' or > '7' || value >> 61 != 0)
                return false;
            value = (value << 3) | (uint)(c - '0');
        }
        return true;
    }

    private bool ReadBool(FieldDescriptor field)
    {
        bool? value = _next.Kind is TokenKind.Name or TokenKind.Number ? _next.Value switch
        {
            "true" or "True" or "t" or "1" => true,
            "false" or "False" or "f" or "0" => false,
            _ => null,
        } : null;
        if (value is null)
            throw Expected($"true or false for {field.Name}");
        Take();
        return value.Value;
    }

    private int ReadEnum(FieldDescriptor field)
    {
        if (_next.Kind != TokenKind.Name)
            return (int)ReadInteger(field, int.MinValue, int.MaxValue);
        var known = field.EnumType.FindValueByName(_next.Value)
            ?? throw At(_next, $"{field.EnumType.FullName} has no value {_next.Value}; known: {string.Join(", ", field.EnumType.Values.Select(v => v.Name))}");
        Take();
        return known.Number;
    }

    private double ReadReal(FieldDescriptor field)
    {
        var negative = TakeMinus();
        double value;
        if (_next.Kind == TokenKind.Name && _next.Value.ToUpperInvariant() is var word && word is "INF" or "INFINITY" or "NAN")
            value = word == "NAN" ? double.NaN : double.PositiveInfinity;
        else if (_next.Kind == TokenKind.Number && TryReal(_next.Value, out var parsed))
            value = parsed;
        else
            throw Expected($"a number for {field.Name}");
        Take();
        return negative ? -value : value;
    }

    private static bool TryReal(string text, out double value)
    {
        if (text.Length > 1 && text[0] == '0' && text[1] is not ('.' or 'e' or 'E' or 'f' or 'F'))
        {
            var whole = TryInteger(text, out var integer);
            value = integer;
            return whole;
        }
        var digits = text[^1] is 'f' or 'F' ? text.AsSpan(0, text.Length - 1) : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    private string ReadText(FieldDescriptor field)
    {
        var start = _next;
        try
        {
            return s_strictUtf8.GetString(ReadString(field));
        }
        catch (DecoderFallbackException)
        {
            throw At(start, $"the string of {field.Name} is not UTF-8");
        }
    }

    // Neighbouring literals are one string.
    private byte[] ReadString(FieldDescriptor field)
    {
        if (_next.Kind != TokenKind.Text)
            throw Expected($"a string for {field.Name}");
        var bytes = Take().Bytes!;
        while (_next.Kind == TokenKind.Text)
            bytes = [.. bytes, .. Take().Bytes!];
        return bytes;
    }

    private bool TakeMinus()
    {
        if (!_next.Is('-'))
            return false;
        Take();
        return true;
    }
}
