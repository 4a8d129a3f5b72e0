using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Schema;

/// <summary>
/// Values of registers and digests as text by the type that the P4Info gives: "7", "true", "{mac=08:00:00:00:01:11, port=3}", "(1, 2)" for a tuple,
/// "[a, b]" for a stack, "invalid" for a header that is not there.
/// </summary>
public static class P4DataText
{
    /// <summary>The value as text; hexadecimal bits where the type does not say more. Never throws.</summary>
    public static string Format(P4Data? data, P4DataTypeSpec? type, P4TypeInfo? types, string name = "")
    {
        switch (data?.DataCase)
        {
            case P4Data.DataOneofCase.Bitstring:
                return FormatBits(data.Bitstring, Resolve(type, types)?.Bitstring, name);
            case P4Data.DataOneofCase.EnumValue:
                return EnumName(data.EnumValue, type, types) ?? CanonicalBytes.Show(data.EnumValue.Span);
            case P4Data.DataOneofCase.Varbit:
                return string.Create(CultureInfo.InvariantCulture, $"{CanonicalBytes.Show(data.Varbit.Bitstring.Span)}w{data.Varbit.Bitwidth}");
            case P4Data.DataOneofCase.Bool:
                return data.Bool ? "true" : "false";
            case P4Data.DataOneofCase.Enum:
                return data.Enum;
            case P4Data.DataOneofCase.Error:
                return data.Error;
            case P4Data.DataOneofCase.Tuple:
                var elements = type?.Tuple?.Members;
                return $"({string.Join(", ", data.Tuple.Members.Select((m, i) => Format(m, elements is not null && i < elements.Count ? elements[i] : null, types)))})";
            case P4Data.DataOneofCase.Struct:
                return $"{{{string.Join(", ", Members(data, type, types).Select(m => $"{m.Name}={m.Value}"))}}}";
            case P4Data.DataOneofCase.Header:
                return FormatHeader(data.Header, type?.Header?.Name, types);
            case P4Data.DataOneofCase.HeaderUnion:
                return FormatUnion(data.HeaderUnion, types, type?.HeaderUnion?.Name);
            case P4Data.DataOneofCase.HeaderStack:
                return $"[{string.Join(", ", data.HeaderStack.Entries.Select(e => FormatHeader(e, type?.HeaderStack?.Header?.Name, types)))}]";
            case P4Data.DataOneofCase.HeaderUnionStack:
                return $"[{string.Join(", ", data.HeaderUnionStack.Entries.Select(e => FormatUnion(e, types, type?.HeaderUnionStack?.HeaderUnion?.Name)))}]";
            default:
                return "nothing";
        }
    }

    /// <summary>The members of a struct by name with their values as text; a value that is no struct is one member without a name.</summary>
    public static IReadOnlyList<(string Name, string Value)> Members(P4Data data, P4DataTypeSpec? type, P4TypeInfo? types)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.DataCase != P4Data.DataOneofCase.Struct)
            return [("", Format(data, type, types))];
        var spec = type?.Struct is { } named && types is not null && types.Structs.TryGetValue(named.Name, out var found) ? found : null;
        return [.. data.Struct.Members.Select((member, i) => spec is not null && i < spec.Members.Count
            ? (spec.Members[i].Name, Format(member, spec.Members[i].TypeSpec, types, spec.Members[i].Name))
            : (string.Create(CultureInfo.InvariantCulture, $"{i}"), Format(member, null, types)))];
    }

    /// <summary>Bits of the type where it is bit&lt;W&gt; or int&lt;W&gt;, possibly by another name; 0 otherwise.</summary>
    public static int Width(P4DataTypeSpec? type, P4TypeInfo? types) => Resolve(type, types)?.Bitstring switch
    {
        { Bit: { } bit } => bit.Bitwidth,
        { Int: { } signed } => signed.Bitwidth,
        _ => 0,
    };

    /// <summary>A value of a type from text, as <see cref="Format"/> writes it: bits, booleans, enums, errors, structs and tuples.</summary>
    /// <exception cref="P4ValueException">The text is no value of the type; says what was expected.</exception>
    public static P4Data Parse(string text, P4DataTypeSpec? type, P4TypeInfo? types, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        var resolved = Resolve(type, types);
        switch (resolved?.TypeSpecCase)
        {
            case P4DataTypeSpec.TypeSpecOneofCase.Bitstring when Width(resolved, types) is var width and > 0:
                return new P4Data { Bitstring = ParseBits(text, resolved.Bitstring.Int is not null, new ValueField(name, width)) };
            case P4DataTypeSpec.TypeSpecOneofCase.Bool:
                return bool.TryParse(text, out var flag) ? new P4Data { Bool = flag } : throw new P4ValueException($"{name}: '{text}' is neither true nor false");
            case P4DataTypeSpec.TypeSpecOneofCase.Enum:
                var names = types is not null && types.Enums.TryGetValue(resolved.Enum.Name, out var members) ? members.Members.Select(m => m.Name).ToList() : [];
                return names.Contains(text) ? new P4Data { Enum = text } : throw new P4ValueException($"{name}: no member {text}; known: {string.Join(", ", names)}");
            case P4DataTypeSpec.TypeSpecOneofCase.Error:
                return types?.Error?.Members.Contains(text) == true
                    ? new P4Data { Error = text }
                    : throw new P4ValueException($"{name}: no error {text}; known: {string.Join(", ", types?.Error?.Members ?? [])}");
            case P4DataTypeSpec.TypeSpecOneofCase.SerializableEnum:
                var member = types is not null && types.SerializableEnums.TryGetValue(resolved.SerializableEnum.Name, out var listed)
                    ? listed.Members.FirstOrDefault(m => m.Name == text) : null;
                return new P4Data { EnumValue = member?.Value ?? throw new P4ValueException($"{name}: no member {text} of {resolved.SerializableEnum.Name}") };
            case P4DataTypeSpec.TypeSpecOneofCase.Struct:
                return ParseStruct(text, resolved.Struct.Name, types, name);
            case P4DataTypeSpec.TypeSpecOneofCase.Tuple:
                var parts = Split(text, '(', ')', name);
                if (parts.Count != resolved.Tuple.Members.Count)
                    throw new P4ValueException($"{name}: '{text}' has {parts.Count} elements; expected {resolved.Tuple.Members.Count}");
                return new P4Data { Tuple = new P4StructLike { Members = { parts.Select((p, i) => Parse(p, resolved.Tuple.Members[i], types, name)) } } };
            default:
                throw new P4ValueException($"{name}: values of {resolved?.TypeSpecCase.ToString() ?? "an unknown type"} cannot be given as text");
        }
    }

    private static P4Data ParseStruct(string text, string structName, P4TypeInfo? types, string name)
    {
        if (types is null || !types.Structs.TryGetValue(structName, out var spec))
            throw new P4ValueException($"{name}: the program does not describe struct {structName}");
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in Split(text, '{', '}', name))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new P4ValueException($"{name}: '{part}' is no member=value");
            given[part[..equals].Trim()] = part[(equals + 1)..];
        }
        var expected = string.Join(", ", spec.Members.Select(m => m.Name));
        if (given.Keys.FirstOrDefault(k => spec.Members.All(m => m.Name != k)) is { } unknown)
            throw new P4ValueException($"{name}: no member {unknown}; known: {expected}");
        return new P4Data
        {
            Struct = new P4StructLike
            {
                Members =
                {
                    spec.Members.Select(m => given.TryGetValue(m.Name, out var value)
                        ? Parse(value, m.TypeSpec, types, $"{name}.{m.Name}")
                        : throw new P4ValueException($"{name}: no value for member {m.Name}; expected {expected}")),
                },
            },
        };
    }

    /// <summary>Splits at commas outside inner brackets.</summary>
    private static List<string> Split(string text, char open, char close, string name)
    {
        if (text.Length < 2 || text[0] != open || text[^1] != close)
            throw new P4ValueException($"{name}: '{text}' has to stand in {open}{close}");
        var parts = new List<string>();
        var (depth, start) = (0, 1);
        for (var i = 1; i < text.Length - 1; i++)
        {
            depth += text[i] is '{' or '(' or '[' ? 1 : text[i] is '}' or ')' or ']' ? -1 : 0;
            if (text[i] == ',' && depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }
        if (start < text.Length - 1 || parts.Count > 0)
            parts.Add(text[start..^1].Trim());
        return parts;
    }

    private static ByteString ParseBits(string text, bool signed, ValueField field)
    {
        if (!signed || !text.StartsWith('-'))
            return ValueText.Parse(text, field);
        // int<W> travels in two's complement of its width
        return BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= -(BigInteger.One << (field.Width - 1))
            ? CanonicalBytes.Encode(value + (BigInteger.One << field.Width), field)
            : throw new P4ValueException(field, $"{text} does not fit");
    }

    private static string FormatBits(ByteString bits, P4BitstringLikeTypeSpec? type, string name)
    {
        if (type?.Int is { } signed && CanonicalBytes.BitLength(bits.Span) == signed.Bitwidth)
            return (CanonicalBytes.ToBigInteger(bits) - (BigInteger.One << signed.Bitwidth)).ToString(CultureInfo.InvariantCulture);
        var width = type?.Bit?.Bitwidth ?? type?.Int?.Bitwidth ?? 0;
        return width > 0 ? ValueText.Format(bits, new ValueField(name, width)) : CanonicalBytes.Show(bits.Span);
    }

    private static string? EnumName(ByteString value, P4DataTypeSpec? type, P4TypeInfo? types)
    {
        var spec = type?.SerializableEnum is { } named && types is not null && types.SerializableEnums.TryGetValue(named.Name, out var found) ? found : null;
        return spec?.Members.FirstOrDefault(m => CanonicalBytes.Canonicalize(m.Value) == CanonicalBytes.Canonicalize(value))?.Name;
    }

    private static string FormatHeader(P4Header header, string? typeName, P4TypeInfo? types)
    {
        if (!header.IsValid)
            return "invalid";
        var spec = typeName is not null && types is not null && types.Headers.TryGetValue(typeName, out var found) ? found : null;
        return $"{{{string.Join(", ", header.Bitstrings.Select((bits, i) => spec is not null && i < spec.Members.Count
            ? $"{spec.Members[i].Name}={FormatBits(bits, spec.Members[i].TypeSpec, spec.Members[i].Name)}"
            : CanonicalBytes.Show(bits.Span)))}}}";
    }

    private static string FormatUnion(P4HeaderUnion union, P4TypeInfo? types, string? typeName)
    {
        if (union.ValidHeaderName.Length == 0 || union.ValidHeader is null)
            return "invalid";
        var spec = typeName is not null && types is not null && types.HeaderUnions.TryGetValue(typeName, out var found) ? found : null;
        return $"{union.ValidHeaderName}{FormatHeader(union.ValidHeader, spec?.Members.FirstOrDefault(m => m.Name == union.ValidHeaderName)?.Header?.Name, types)}";
    }

    /// <summary>Follows new types to what they stand for; a translated one is the bits that the controller sees.</summary>
    private static P4DataTypeSpec? Resolve(P4DataTypeSpec? type, P4TypeInfo? types)
    {
        for (var depth = 0; depth < 16 && type?.NewType is { } named && types is not null && types.NewTypes.TryGetValue(named.Name, out var spec); depth++)
        {
            if (spec.TranslatedType is { } translated)
                return translated.SdnBitwidth > 0 ? new P4DataTypeSpec { Bitstring = new() { Bit = new() { Bitwidth = translated.SdnBitwidth } } } : null;
            type = spec.OriginalType;
        }
        return type;
    }
}
