using System.Numerics;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Answers;
using Telemetry.SoftSwitch.Service.Requests;
using Telemetry.SoftSwitch.Service.Values;
using Telemetry.SoftSwitch.Tables;
using Google.Protobuf.Collections;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>The match fields of a table or value set, between P4Runtime's form and the switch's.</summary>
internal sealed class BoundMatch
{
    private readonly string _owner;
    private readonly MatchFieldInfo[] _infos;
    private readonly uint[] _ids;
    private readonly MatchType[] _types;
    private readonly MatchKind[] _kinds;
    private readonly ValueCodec[] _codecs;
    private readonly int _exact;

    /// <exception cref="P4InfoException">Number, kinds or widths differ from the program's.</exception>
    public BoundMatch(string owner, IReadOnlyList<MatchFieldInfo> fields, IReadOnlyList<(string Name, int Width, MatchKind? Kind)> keys, Translations translations)
    {
        _owner = owner;
        if (fields.Count != keys.Count)
        {
            throw new P4InfoException($"{owner} has {fields.Count} match fields in the P4Info and {keys.Count} keys in the program");
        }

        _infos = [.. fields];
        _ids = [.. fields.Select(f => f.Id)];
        _types = [.. fields.Select(f => f.MatchType)];
        _exact = _types.Count(t => t == MatchType.Exact);
        _kinds = new MatchKind[keys.Count];
        _codecs = new ValueCodec[keys.Count];
        for (int i = 0; i < keys.Count; i++)
        {
            MatchFieldInfo field = fields[i];
            Translation? translation = translations.For(field);
            MatchKind? kind = field.MatchType switch
            {
                MatchType.Exact => MatchKind.Exact,
                MatchType.Lpm => MatchKind.Lpm,
                MatchType.Range => MatchKind.Range,
                MatchType.Ternary or MatchType.Optional => MatchKind.Ternary,
                _ => null,
            };
            // A field whose type has no width in P4Info (error, enum) has the program's.
            if (kind is null || (keys[i].Kind is MatchKind known && known != kind) || (translation is null && field.Width != keys[i].Width && field.Width != 0))
            {
                throw new P4InfoException(
                    $"{owner}, match field {field.Name}: {field.MatchType} of {field.Width} bits in the P4Info, {keys[i].Name}: {keys[i].Kind} of {keys[i].Width} bits in the program");
            }

            _kinds[i] = kind.Value;
            _codecs[i] = new ValueCodec($"{owner}, match field {field.Name}", keys[i].Width, translation);
        }
    }

    public IReadOnlyList<MatchKind> Kinds => _kinds;

    public int Count => _ids.Length;

    /// <exception cref="EntityFault">A field is unknown, repeated, missing, of another kind, or its value does not fit.</exception>
    public MatchValue[] Parse(RepeatedField<FieldMatch> fields)
    {
        MatchValue[] match = new MatchValue[_ids.Length];
        ulong given = 0;
        int exact = 0;
        for (int i = 0; i < fields.Count; i++)
        {
            FieldMatch field = fields[i];
            int index = i < _ids.Length && _ids[i] == field.FieldId ? i : Array.IndexOf(_ids, field.FieldId);
            if (index < 0)
            {
                throw EntityFault.Invalid($"{_owner} has no match field with id {field.FieldId}; its match fields: {string.Join(", ", _infos.Select(f => $"{f.Name} ({f.Id})"))}");
            }

            if (index < 64 ? (given >> index & 1) != 0 : fields.Take(i).Any(f => f.FieldId == field.FieldId))
            {
                throw EntityFault.Invalid($"{_owner}: match field {_infos[index].Name} is given twice");
            }

            given |= index < 64 ? 1UL << index : 0;
            exact += _types[index] == MatchType.Exact ? 1 : 0;
            match[index] = Parse(field, index);
        }

        if (exact != _exact)
        {
            MatchFieldInfo missing = _infos.First(f => f.MatchType == MatchType.Exact && fields.All(given => given.FieldId != f.Id));
            throw EntityFault.Invalid($"{_owner}: no value for exact match field {missing.Name} ({missing.Width} bits)");
        }

        if (fields.Count < _ids.Length)
        {
            for (int i = 0; i < _ids.Length; i++)
            {
                if (_kinds[i] == MatchKind.Range && fields.All(f => f.FieldId != _ids[i]))
                {
                    match[i] = new MatchValue(BigInteger.Zero, _codecs[i].All, 0);
                }
            }
        }

        return match;
    }

    public void Format(ReadOnlySpan<MatchValue> match, RepeatedField<FieldMatch> to)
    {
        for (int i = 0; i < match.Length; i++)
        {
            if (Format(match[i], i) is FieldMatch field)
            {
                to.Add(field);
            }
        }
    }

    /// <summary>Writes what <see cref="Format(ReadOnlySpan{MatchValue}, RepeatedField{FieldMatch})"/> makes.</summary>
    public void Encode(int field, ReadOnlySpan<MatchValue> match, MessageWriter to)
    {
        for (int i = match.Length - 1; i >= 0; i--)
        {
            int end = to.Length;
            if (Encode(match[i], i, to))
            {
                to.Number(FieldMatch.FieldIdFieldNumber, _ids[i]);
                to.Nest(field, end);
            }
        }
    }

    /// <summary>The match in words: "h.k 10.0.0.0/8, h.p 5..9".</summary>
    public string Describe(ReadOnlySpan<MatchValue> match)
    {
        RepeatedField<FieldMatch> fields = [];
        Format(match, fields);
        return fields.Count == 0 ? "every packet" : string.Join(", ", fields.Select(f => _infos[Array.IndexOf(_ids, f.FieldId)] is MatchFieldInfo info ? $"{info.Name} {info.Format(f)}" : ""));
    }

    private MatchValue Parse(FieldMatch field, int index)
    {
        ValueCodec codec = _codecs[index];
        switch (_types[index], field.FieldMatchTypeCase)
        {
            case (MatchType.Exact, FieldMatch.FieldMatchTypeOneofCase.Exact):
                return new MatchValue(codec.Parse(field.Exact.Value), BigInteger.Zero, 0);
            case (MatchType.Optional, FieldMatch.FieldMatchTypeOneofCase.Optional):
                return new MatchValue(codec.Parse(field.Optional.Value), codec.All, 0);
            case (MatchType.Lpm, FieldMatch.FieldMatchTypeOneofCase.Lpm):
                return Prefix(field.Lpm, codec, _infos[index]);
            case (MatchType.Ternary, FieldMatch.FieldMatchTypeOneofCase.Ternary):
                return Masked(field.Ternary, codec);
            case (MatchType.Range, FieldMatch.FieldMatchTypeOneofCase.Range):
                BigInteger low = codec.Parse(field.Range.Low);
                BigInteger high = codec.Parse(field.Range.High);
                if (low > high || (low.IsZero && high == codec.All) || (codec.Translation is { KeepsOrder: false } && low != high))
                {
                    throw EntityFault.Invalid($"{codec.Place} ({codec.Width} bits): " + (low > high ? "the range's low end is above its high end"
                        : low.IsZero && high == codec.All ? "the range holds everything; such a match is left out"
                        : "names have no order, so the ends have to be equal"));
                }

                return new MatchValue(low, high, 0);
            default:
                throw EntityFault.Invalid($"{codec.Place} ({codec.Width} bits) is {_types[index]}; the entry has a match of kind {field.FieldMatchTypeCase}");
        }
    }

    private static MatchValue Prefix(FieldMatch.Types.LPM lpm, ValueCodec codec, MatchFieldInfo info)
    {
        BigInteger prefix = codec.Parse(lpm.Value);
        int width = codec.Translation is null ? codec.Width : info.Width;
        int length = lpm.PrefixLen;
        if (length < 1 || length > Math.Max(width, 1))
        {
            throw EntityFault.Invalid($"{codec.Place} ({width} bits): prefix length {length}; it is 1 to {width}, and a match of everything is left out");
        }

        if (codec.Translation is not null)
        {
            // The controller's value is wider or narrower: only its low bits reach the data plane.
            length -= width - codec.Width;
            if (codec.Translation.KeepsOrder ? length < 1 : length != codec.Width)
            {
                throw EntityFault.Invalid($"{codec.Place} ({codec.Translation.TypeName}): only whole values can be matched");
            }
        }

        return (prefix & KeyLayout.PrefixMask(codec.Width, length)) == prefix
            ? new MatchValue(prefix, BigInteger.Zero, length)
            : throw EntityFault.Invalid($"{codec.Place} ({codec.Width} bits): bits are set behind the prefix of length {length}");
    }

    private static MatchValue Masked(FieldMatch.Types.Ternary ternary, ValueCodec codec)
    {
        BigInteger value = codec.Parse(ternary.Value);
        BigInteger mask;
        if (codec.Translation is null)
        {
            mask = codec.Parse(ternary.Mask);
        }
        else
        {
            BigInteger given = new(ternary.Mask.Span, isUnsigned: true, isBigEndian: true);
            mask = given & codec.All;
            if (codec.Translation.KeepsOrder ? given > codec.Translation.AllSdn : !given.IsZero && mask != codec.All)
            {
                throw EntityFault.Invalid($"{codec.Place} ({codec.Translation.TypeName}): the mask is {given}; only whole values can be matched");
            }
        }

        return mask.IsZero
            ? throw EntityFault.Invalid($"{codec.Place} ({codec.Width} bits): the mask is 0; a match of everything is left out")
            : (value & mask) == value
                ? new MatchValue(value, mask, 0)
                : throw EntityFault.Invalid($"{codec.Place} ({codec.Width} bits): bits are set outside the mask");
    }

    private FieldMatch? Format(MatchValue match, int index)
    {
        ValueCodec codec = _codecs[index];
        uint id = _ids[index];
        switch (_types[index])
        {
            case MatchType.Exact:
                return new FieldMatch { FieldId = id, Exact = new() { Value = codec.Format(match.Value) } };
            case MatchType.Lpm:
                return match.PrefixLength == 0 ? null : new FieldMatch
                {
                    FieldId = id,
                    Lpm = new() { Value = codec.Format(match.Value), PrefixLen = match.PrefixLength + (codec.Translation is null ? 0 : _infos[index].Width - codec.Width) },
                };
            case MatchType.Range:
                return match.Value.IsZero && match.Mask == codec.All ? null
                    : new FieldMatch { FieldId = id, Range = new() { Low = codec.Format(match.Value), High = codec.Format(match.Mask) } };
            case MatchType.Optional:
                return match.Mask.IsZero ? null : new FieldMatch { FieldId = id, Optional = new() { Value = codec.Format(match.Value) } };
            default:
                BigInteger mask = codec.Translation is { KeepsOrder: true } translation && match.Mask == codec.All ? translation.AllSdn : match.Mask;
                return match.Mask.IsZero ? null : new FieldMatch
                {
                    FieldId = id,
                    Ternary = new() { Value = codec.Format(match.Value), Mask = Google.Protobuf.ByteString.CopyFrom(mask.ToByteArray(isUnsigned: true, isBigEndian: true)) },
                };
        }
    }

    /// <summary>Writes a field's match without its id; false for one that is left out.</summary>
    private bool Encode(MatchValue match, int index, MessageWriter to)
    {
        ValueCodec codec = _codecs[index];
        int end = to.Length;
        switch (_types[index])
        {
            case MatchType.Exact:
                codec.Encode(FieldMatch.Types.Exact.ValueFieldNumber, match.Value, to);
                to.Nest(FieldMatch.ExactFieldNumber, end);
                return true;
            case MatchType.Lpm when match.PrefixLength != 0:
                to.Number(FieldMatch.Types.LPM.PrefixLenFieldNumber, (ulong)(match.PrefixLength + (codec.Translation is null ? 0 : _infos[index].Width - codec.Width)));
                codec.Encode(FieldMatch.Types.LPM.ValueFieldNumber, match.Value, to);
                to.Nest(FieldMatch.LpmFieldNumber, end);
                return true;
            case MatchType.Ternary when codec.Translation is null && !match.Mask.IsZero:
                codec.Encode(FieldMatch.Types.Ternary.MaskFieldNumber, match.Mask, to);
                codec.Encode(FieldMatch.Types.Ternary.ValueFieldNumber, match.Value, to);
                to.Nest(FieldMatch.TernaryFieldNumber, end);
                return true;
            case MatchType.Range when !match.Value.IsZero || match.Mask != codec.All:
                codec.Encode(FieldMatch.Types.Range.HighFieldNumber, match.Mask, to);
                codec.Encode(FieldMatch.Types.Range.LowFieldNumber, match.Value, to);
                to.Nest(FieldMatch.RangeFieldNumber, end);
                return true;
            case MatchType.Optional when !match.Mask.IsZero:
                codec.Encode(FieldMatch.Types.Optional.ValueFieldNumber, match.Value, to);
                to.Nest(FieldMatch.OptionalFieldNumber, end);
                return true;
            case MatchType.Ternary when Format(match, index) is FieldMatch translated:
                to.Message(FieldMatch.TernaryFieldNumber, translated.Ternary);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads one field's match from its bytes; false for one that is wrong in any way, or unusual.</summary>
    public bool TryRead(ReadOnlySpan<byte> message, MatchValue[] match, ref ulong given)
    {
        MessageReader reader = new(message);
        if (!reader.TryField(out int field) || field != FieldMatch.FieldIdFieldNumber || !reader.TryNumber(out ulong id) || id > uint.MaxValue
            || !reader.TryField(out int kind) || !reader.TryBytes(out ReadOnlySpan<byte> values) || !reader.IsAtEnd)
        {
            return false;
        }

        int index = Array.IndexOf(_ids, (uint)id);
        if (index < 0 || index >= 64 || (given >> index & 1) != 0)
        {
            return false;
        }

        given |= 1UL << index;
        return TryRead(values, kind, index, out match[index]);
    }

    /// <summary>Fills in what was left out; false when that is not allowed.</summary>
    public bool TryComplete(MatchValue[] match, ulong given)
    {
        for (int i = 0; i < match.Length; i++)
        {
            if (i >= 64 || (given >> i & 1) == 0)
            {
                if (_types[i] == MatchType.Exact || i >= 64)
                {
                    return false;
                }

                if (_kinds[i] == MatchKind.Range)
                {
                    match[i] = new MatchValue(BigInteger.Zero, _codecs[i].All, 0);
                }
            }
        }

        return true;
    }

    /// <summary>All kinds have a value first, and some a second one or a length.</summary>
    private bool TryRead(ReadOnlySpan<byte> message, int kind, int index, out MatchValue match)
    {
        match = default;
        ValueCodec codec = _codecs[index];
        MessageReader reader = new(message);
        ulong first = 0;
        if (!reader.TryField(out int field) || field != FieldMatch.Types.Exact.ValueFieldNumber || !reader.TryBytes(out ReadOnlySpan<byte> value) || !codec.TryRead(value, new Span<ulong>(ref first)))
        {
            return false;
        }

        ulong second = 0;
        if (!reader.IsAtEnd)
        {
            if (!reader.TryField(out field) || field != FieldMatch.Types.LPM.PrefixLenFieldNumber || !(kind == FieldMatch.LpmFieldNumber
                ? reader.TryNumber(out second)
                : reader.TryBytes(out ReadOnlySpan<byte> other) && codec.TryRead(other, new Span<ulong>(ref second))) || !reader.IsAtEnd)
            {
                return false;
            }
        }

        ulong all = ulong.MaxValue >> (64 - codec.Width);
        switch (_types[index])
        {
            case MatchType.Exact when kind == FieldMatch.ExactFieldNumber && second == 0:
                match = new MatchValue(first, BigInteger.Zero, 0);
                return true;
            case MatchType.Optional when kind == FieldMatch.OptionalFieldNumber && second == 0:
                match = new MatchValue(first, codec.All, 0);
                return true;
            case MatchType.Lpm when kind == FieldMatch.LpmFieldNumber && second >= 1 && second <= (ulong)codec.Width:
                match = new MatchValue(first, BigInteger.Zero, (int)second);
                return (first & (all >> (int)second) & all) == 0;
            case MatchType.Ternary when kind == FieldMatch.TernaryFieldNumber && second != 0:
                match = new MatchValue(first, second, 0);
                return (first & ~second) == 0;
            case MatchType.Range when kind == FieldMatch.RangeFieldNumber && first <= second && (first != 0 || second != all):
                match = new MatchValue(first, second, 0);
                return true;
            default:
                return false;
        }
    }
}
