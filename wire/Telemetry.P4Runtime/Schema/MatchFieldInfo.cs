using System.Globalization;
using Google.Protobuf;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Values;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;

namespace Telemetry.P4Runtime.Schema;

/// <summary>One key of a table.</summary>
public sealed class MatchFieldInfo : FieldInfo
{
    /// <param name="source">What the P4Info says of it.</param>
    /// <param name="types">The program's types.</param>
    /// <param name="name">Its name where the P4Info has none.</param>
    internal MatchFieldInfo(MatchField source, P4TypeInfo? types, string name = "")
        : base(source.Id, source.Name.Length > 0 ? source.Name : name, source.Bitwidth, source.Annotations, source.TypeName, types) => Source = source;

    public MatchField Source { get; }

    public MatchType MatchType => Source.MatchType;

    /// <summary>True for the kinds that make a table's entries need a priority.</summary>
    public bool NeedsPriority => MatchType is MatchType.Ternary or MatchType.Range or MatchType.Optional;

    /// <summary>
    /// The match that a text describes, by the kind of key: "5" (exact, optional), "10.0.1.0/24" (lpm), "0x1f&amp;&amp;&amp;0xff" (ternary), "80..443" (range);
    /// null for don't care ("*", "_", /0, mask 0, the full range): such a field is left out of the entry.
    /// </summary>
    /// <exception cref="P4ValueException">The value does not fit the field.</exception>
    /// <exception cref="P4InfoException">The key's kind is not one of the five, or don't care is given for an exact key.</exception>
    public FieldMatch? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Trim() is "*" or "_")
            return MatchType != MatchType.Exact ? null : throw new P4InfoException($"match field {Name} is exact: it needs a value");
        switch (MatchType)
        {
            case MatchType.Exact or MatchType.Optional:
                return One(ValueText.Parse(text, Field));
            case MatchType.Lpm:
                var (value, length) = ValueText.ParsePrefix(text, Field);
                return Lpm(value, length);
            case MatchType.Ternary:
                var (bits, mask) = ValueText.ParseMasked(text, Field);
                return Ternary(bits, mask);
            case MatchType.Range:
                var (low, high) = ValueText.ParseRange(text, Field);
                return Range(low, high);
            default:
                throw new P4InfoException($"match field {Name} has the kind {Kind}, which cannot be given as text");
        }
    }

    /// <summary>The match for one value, whole: exact and optional as they are, lpm with the full length, ternary with the full mask, range from and to it.</summary>
    /// <exception cref="P4ValueException">The value does not fit the field.</exception>
    public FieldMatch Match(P4Value value)
    {
        var bytes = value.Encode(Field);
        return MatchType switch
        {
            MatchType.Exact or MatchType.Optional => One(bytes),
            MatchType.Lpm => new FieldMatch { FieldId = Id, Lpm = new() { Value = bytes, PrefixLen = Width } },
            MatchType.Ternary => new FieldMatch { FieldId = Id, Ternary = new() { Value = bytes, Mask = FullMask() } },
            MatchType.Range => new FieldMatch { FieldId = Id, Range = new() { Low = bytes, High = bytes } },
            _ => throw new P4InfoException($"match field {Name} has the kind {Kind}, which has no standard form"),
        };
    }

    /// <summary>The match for the first bits of a value, of an lpm key; null for none of them. Bits behind the prefix become zero.</summary>
    /// <exception cref="P4ValueException">The value or the length does not fit the field, or the key is of another kind.</exception>
    public FieldMatch? Match(P4Value value, int prefixLength)
    {
        if (MatchType != MatchType.Lpm)
            throw new P4ValueException(Field, $"the key is {Kind}, not lpm");
        if (prefixLength < 0 || prefixLength > Width)
            throw new P4ValueException(Field, $"'{value}/{prefixLength}': the prefix length has to be 0 to {Width}");
        var bytes = value.Encode(Field);
        if (prefixLength < Width)
        {
            bytes = Width <= 64 && prefixLength > 0
                ? CanonicalBytes.Encode(CanonicalBytes.ToUInt64(bytes) >> (Width - prefixLength) << (Width - prefixLength), Field)
                : CanonicalBytes.Encode(CanonicalBytes.ToBigInteger(bytes) & ValueText.PrefixMask(prefixLength, Width), Field);
        }
        return Lpm(bytes, prefixLength);
    }

    /// <summary>The match of an entry as text, as <see cref="Parse"/> takes it.</summary>
    public string Format(FieldMatch match)
    {
        ArgumentNullException.ThrowIfNull(match);
        return match.FieldMatchTypeCase switch
        {
            FieldMatch.FieldMatchTypeOneofCase.Exact => Format(match.Exact.Value),
            FieldMatch.FieldMatchTypeOneofCase.Optional => Format(match.Optional.Value),
            FieldMatch.FieldMatchTypeOneofCase.Lpm => string.Create(CultureInfo.InvariantCulture, $"{Format(match.Lpm.Value)}/{match.Lpm.PrefixLen}"),
            FieldMatch.FieldMatchTypeOneofCase.Ternary => CanonicalBytes.Canonicalize(match.Ternary.Mask) == FullMask()
                ? Format(match.Ternary.Value)
                : PrefixLength(match.Ternary.Mask) is { } length ? string.Create(CultureInfo.InvariantCulture, $"{Format(match.Ternary.Value)}/{length}")
                : $"{Format(match.Ternary.Value)}&&&{CanonicalBytes.Show(match.Ternary.Mask.Span)}",
            FieldMatch.FieldMatchTypeOneofCase.Range => $"{Format(match.Range.Low)}..{Format(match.Range.High)}",
            _ => match.FieldMatchTypeCase.ToString(),
        };
    }

    private string Kind => Source.MatchCase == MatchField.MatchOneofCase.OtherMatchType ? Source.OtherMatchType : MatchType.ToString();

    private FieldMatch One(ByteString value) => MatchType == MatchType.Exact
        ? new FieldMatch { FieldId = Id, Exact = new() { Value = value } }
        : new FieldMatch { FieldId = Id, Optional = new() { Value = value } };

    private FieldMatch? Lpm(ByteString value, int length) =>
        length == 0 ? null : new FieldMatch { FieldId = Id, Lpm = new() { Value = value, PrefixLen = length } };

    private FieldMatch? Ternary(ByteString value, ByteString mask) =>
        CanonicalBytes.BitLength(mask.Span) == 0 ? null : new FieldMatch { FieldId = Id, Ternary = new() { Value = value, Mask = mask } };

    private FieldMatch? Range(ByteString low, ByteString high) =>
        CanonicalBytes.BitLength(low.Span) == 0 && high == FullMask() ? null : new FieldMatch { FieldId = Id, Range = new() { Low = low, High = high } };

    /// <summary>Length of an address's mask that is a prefix; null for other fields and masks.</summary>
    private int? PrefixLength(ByteString mask)
    {
        if (Field.ResolvedFormat is not (ValueFormat.Ipv4 or ValueFormat.Ipv6) || CanonicalBytes.BitLength(mask.Span) != Width)
            return null;
        var length = mask.Span.ToArray().Sum(b => System.Numerics.BitOperations.PopCount(b));
        return mask == CanonicalBytes.Encode(ValueText.PrefixMask(length, Width), Field) ? length : null;
    }

    private ByteString FullMask() => CanonicalBytes.Encode(ValueText.PrefixMask(Width, Width), Field);
}
