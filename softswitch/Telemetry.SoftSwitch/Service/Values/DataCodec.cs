using System.Numerics;
using Google.Protobuf;
using P4.Config.V1;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;

namespace Telemetry.SoftSwitch.Service.Values;

/// <summary>
/// Values of any P4 type that a register or a digest may have, between P4Data and the flat list of numbers that the data plane keeps.
/// </summary>
internal sealed class DataCodec
{
    private enum Kind
    {
        Bits, Signed, Bool, Error, Enum, Value, Struct, Tuple, Header,
    }

    private readonly Kind _kind;
    private readonly ValueCodec _field;
    private readonly DataCodec[] _members;
    private readonly IReadOnlyList<string> _names;

    private DataCodec(Kind kind, ValueCodec field, DataCodec[] members, IReadOnlyList<string>? names = null)
    {
        _kind = kind;
        _field = field;
        _members = members;
        _names = names ?? [];
    }

    /// <summary>How many numbers a value takes.</summary>
    public int Leaves => _kind is Kind.Struct or Kind.Tuple or Kind.Header ? _members.Sum(m => m.Leaves) : 1;

    /// <param name="place">What the value belongs to, in faults.</param>
    /// <param name="type">Type of the value.</param>
    /// <param name="info">The program, for named types.</param>
    /// <param name="translations">Translated types.</param>
    /// <param name="widths">Data-plane widths of the leaves, in order; taken off the front.</param>
    /// <exception cref="P4InfoException">The type cannot be held, or the program has fewer leaves.</exception>
    public static DataCodec Make(string place, P4DataTypeSpec? type, P4InfoIndex info, Translations translations, Queue<int> widths)
    {
        P4TypeInfo? types = info.Info.TypeInfo;
        DataCodec Leaf(Kind kind, Translation? translation = null, IReadOnlyList<string>? names = null) => widths.TryDequeue(out int width)
            ? new DataCodec(kind, new ValueCodec(place, width, translation), [], names)
            : throw new P4InfoException($"{place}: the P4Info has more values than the program");
        DataCodec Of(string member, P4DataTypeSpec member2) => Make($"{place}, {member}", member2, info, translations, widths);
        DataCodec Unknown(string name) => throw new P4InfoException($"{place}: the P4Info has no type {name}");
        switch (type?.TypeSpecCase)
        {
            case P4DataTypeSpec.TypeSpecOneofCase.Bitstring:
                return Leaf(type.Bitstring.TypeSpecCase == P4BitstringLikeTypeSpec.TypeSpecOneofCase.Int ? Kind.Signed : Kind.Bits);
            case P4DataTypeSpec.TypeSpecOneofCase.Bool:
                return Leaf(Kind.Bool);
            case P4DataTypeSpec.TypeSpecOneofCase.Error:
                return Leaf(Kind.Error, null, types?.Error?.Members);
            case P4DataTypeSpec.TypeSpecOneofCase.Enum:
                return types?.Enums.TryGetValue(type.Enum.Name, out P4EnumTypeSpec? plain) == true ? Leaf(Kind.Enum, null, [.. plain.Members.Select(m => m.Name)]) : Unknown(type.Enum.Name);
            case P4DataTypeSpec.TypeSpecOneofCase.SerializableEnum:
                return Leaf(Kind.Value);
            case P4DataTypeSpec.TypeSpecOneofCase.NewType:
                return types?.NewTypes.TryGetValue(type.NewType.Name, out P4NewTypeSpec? named) != true ? Unknown(type.NewType.Name)
                    : named!.OriginalType is not null ? Make(place, named.OriginalType, info, translations, widths)
                    : Leaf(Kind.Bits, translations.For(type.NewType.Name, named.TranslatedType));
            case P4DataTypeSpec.TypeSpecOneofCase.Tuple:
                return new DataCodec(Kind.Tuple, new ValueCodec(place, 0, null), [.. type.Tuple.Members.Select((m, i) => Of($"member {i}", m))]);
            case P4DataTypeSpec.TypeSpecOneofCase.Struct:
                return types?.Structs.TryGetValue(type.Struct.Name, out P4StructTypeSpec? fields) == true
                    ? new DataCodec(Kind.Struct, new ValueCodec(place, 0, null), [.. fields.Members.Select(m => Of($"member {m.Name}", m.TypeSpec))])
                    : Unknown(type.Struct.Name);
            case P4DataTypeSpec.TypeSpecOneofCase.Header:
                return types?.Headers.TryGetValue(type.Header.Name, out P4HeaderTypeSpec? header) == true
                    ? new DataCodec(Kind.Header, new ValueCodec(place, 0, null), [.. header.Members.Select(m => Of($"field {m.Name}", new P4DataTypeSpec { Bitstring = m.TypeSpec }))])
                    : Unknown(type.Header.Name);
            default:
                throw new P4InfoException($"{place}: values of the kind {type?.TypeSpecCase.ToString() ?? "none"} cannot be exchanged");
        }
    }

    /// <summary>The P4Data of the numbers from <paramref name="at"/> on, which moves behind them.</summary>
    public P4Data Format(ReadOnlySpan<BigInteger> numbers, ref int at)
    {
        switch (_kind)
        {
            case Kind.Struct or Kind.Tuple:
                P4StructLike members = new();
                foreach (DataCodec member in _members)
                {
                    members.Members.Add(member.Format(numbers, ref at));
                }

                return _kind == Kind.Struct ? new P4Data { Struct = members } : new P4Data { Tuple = members };
            case Kind.Header:
                P4Header header = new() { IsValid = true };
                foreach (DataCodec member in _members)
                {
                    header.Bitstrings.Add(member.FormatLeaf(numbers[at++]));
                }

                return new P4Data { Header = header };
            case Kind.Bool:
                return new P4Data { Bool = !numbers[at++].IsZero };
            case Kind.Error or Kind.Enum:
                BigInteger number = numbers[at++];
                string name = number < _names.Count ? _names[(int)number] : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return _kind == Kind.Error ? new P4Data { Error = name } : new P4Data { Enum = name };
            case Kind.Value:
                return new P4Data { EnumValue = FormatLeaf(numbers[at++]) };
            default:
                return new P4Data { Bitstring = FormatLeaf(numbers[at++]) };
        }
    }

    /// <summary>The number of a P4Data with one leaf.</summary>
    /// <exception cref="EntityFault">The data is of another type, or does not fit.</exception>
    public BigInteger ParseOne(P4Data? data)
    {
        switch (_kind, data?.DataCase)
        {
            case (Kind.Bool, P4Data.DataOneofCase.Bool):
                return data.Bool ? BigInteger.One : BigInteger.Zero;
            case (Kind.Bits, P4Data.DataOneofCase.Bitstring):
                return _field.Parse(data.Bitstring);
            case (Kind.Value, P4Data.DataOneofCase.EnumValue):
                return _field.Parse(data.EnumValue);
            case (Kind.Signed, P4Data.DataOneofCase.Bitstring):
                return ParseSigned(data.Bitstring);
            case (Kind.Error, P4Data.DataOneofCase.Error):
                return Named(data.Error);
            case (Kind.Enum, P4Data.DataOneofCase.Enum):
                return Named(data.Enum);
            case (Kind.Struct, P4Data.DataOneofCase.Struct) when data.Struct.Members.Count == 1 && _members.Length == 1:
                return _members[0].ParseOne(data.Struct.Members[0]);
            case (Kind.Tuple, P4Data.DataOneofCase.Tuple) when data.Tuple.Members.Count == 1 && _members.Length == 1:
                return _members[0].ParseOne(data.Tuple.Members[0]);
            default:
                throw EntityFault.Invalid($"{_field.Place} ({_field.Width} bits) is a {Expected}; the data is {(data is null ? "missing" : $"a {data.DataCase}")}");
        }
    }

    private string Expected => _kind is Kind.Bits or Kind.Signed ? "Bitstring" : _kind == Kind.Value ? "EnumValue" : _kind.ToString();

    private BigInteger Named(string name)
    {
        int index = _names.ToList().IndexOf(name);
        return index >= 0 ? index : throw EntityFault.Invalid($"{_field.Place}: there is no member '{name}'; its members: {string.Join(", ", _names)}");
    }

    private BigInteger ParseSigned(ByteString bytes)
    {
        if (bytes.IsEmpty)
        {
            throw EntityFault.Invalid($"{_field.Place} ({_field.Width} bits): the value is empty");
        }

        BigInteger value = new(bytes.Span, isUnsigned: false, isBigEndian: true);
        BigInteger half = BigInteger.One << (_field.Width - 1);
        return value >= -half && value < half
            ? value & _field.All
            : throw EntityFault.OutOfRange($"{_field.Place} (int<{_field.Width}>): {CanonicalBytes.Show(bytes.Span)} is {value}, and the range is {-half} to {half - 1}");
    }

    private ByteString FormatLeaf(BigInteger number)
    {
        if (_kind != Kind.Signed)
        {
            return _field.Format(number);
        }

        BigInteger signed = number >= BigInteger.One << (_field.Width - 1) ? number - (BigInteger.One << _field.Width) : number;
        return ByteString.CopyFrom(signed.ToByteArray(isUnsigned: false, isBigEndian: true));
    }
}
