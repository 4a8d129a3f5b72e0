using System.Globalization;
using System.Numerics;
using Google.Protobuf;

namespace Telemetry.SoftSwitch.Service.Values;

/// <summary>
/// Controller values that are strings. Names that the program maps itself (@p4runtime_translation_mappings) and names of
/// ports stand for their numbers, decimal numbers for themselves; in types other than ports every further name gets the
/// highest number that is free, for as long as the program runs.
/// </summary>
internal sealed class NameTranslation : Translation
{
    private const int MaxNames = 1 << 20;
    private readonly Lock _gate = new();
    private readonly Dictionary<ByteString, BigInteger> _numbers = [];
    private readonly Dictionary<BigInteger, ByteString> _names = [];
    private readonly bool _isPort;
    private BigInteger _next = BigInteger.MinusOne;

    public NameTranslation(string typeName, bool isPort, IEnumerable<(string Name, BigInteger Number)> known)
        : base(typeName)
    {
        _isPort = isPort;
        foreach ((string name, BigInteger number) in known)
        {
            ByteString bytes = ByteString.CopyFromUtf8(name);
            _numbers[bytes] = number;
            _names[number] = bytes;
        }
    }

    public override bool KeepsOrder => false;

    public override BigInteger AllSdn => BigInteger.Zero;

    public override BigInteger ToData(ByteString sdn, ValueCodec field)
    {
        lock (_gate)
        {
            if (_numbers.TryGetValue(sdn, out BigInteger number))
            {
                return number <= field.All ? number : throw EntityFault.OutOfRange($"{field.Place} ({TypeName}): '{sdn.ToStringUtf8()}' is {number}, which does not fit {field.Width} bits");
            }

            string text = sdn.ToStringUtf8();
            if (IsNumber(text, field, out number))
            {
                return !_names.TryGetValue(number, out ByteString? owner)
                    ? number
                    : throw EntityFault.Invalid($"{field.Place} ({TypeName}): {number} is the number of '{owner.ToStringUtf8()}'; use that name");
            }

            if (_isPort || sdn.IsEmpty)
            {
                throw EntityFault.Invalid($"{field.Place} ({TypeName}): '{text}' is neither a number of up to {field.Width} bits nor one of the names {string.Join(", ", _numbers.Keys.Select(n => $"'{n.ToStringUtf8()}'"))}");
            }

            return Add(sdn, field);
        }
    }

    public override ByteString ToSdn(BigInteger data, ValueCodec field)
    {
        lock (_gate)
        {
            return _names.TryGetValue(data, out ByteString? name) ? name : ByteString.CopyFromUtf8(data.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static bool IsNumber(string text, ValueCodec field, out BigInteger number) =>
        BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number <= field.All && number.ToString(CultureInfo.InvariantCulture) == text;

    private BigInteger Add(ByteString name, ValueCodec field)
    {
        if (_next < 0)
        {
            _next = field.All;
        }

        while (_next > 0 && _names.ContainsKey(_next))
        {
            _next--;
        }

        if (_next > field.All || _next <= 0 || _numbers.Count >= MaxNames)
        {
            throw EntityFault.Full($"{field.Place} ({TypeName}): no number of {field.Width} bits is left for '{name.ToStringUtf8()}'; {_numbers.Count} names are known");
        }

        _numbers[name] = _next;
        _names[_next] = name;
        return _next--;
    }
}
