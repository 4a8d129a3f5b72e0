namespace Telemetry.SoftSwitch.Service.Requests;

/// <summary>Goes through the fields of a protobuf message; whatever is not as expected ends it with a false.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _wire;

    public readonly bool IsAtEnd => _at == _message.Length;

    /// <summary>Where the reader is.</summary>
    public readonly int Position => _at;

    /// <summary>The number of the next field; false for a tag that is none.</summary>
    public bool TryField(out int field)
    {
        field = 0;
        if (!TryRaw(out ulong tag) || tag > uint.MaxValue)
        {
            return false;
        }

        _wire = (int)(tag & 7);
        field = (int)(tag >> 3);
        return field > 0;
    }

    /// <summary>The field's number.</summary>
    public bool TryNumber(out ulong value)
    {
        value = 0;
        return _wire == Varint && TryRaw(out value);
    }

    /// <summary>The field's bytes, or nested message.</summary>
    public bool TryBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (_wire != LengthDelimited || !TryRaw(out ulong length) || length > (ulong)(_message.Length - _at))
        {
            return false;
        }

        bytes = _message.Slice(_at, (int)length);
        _at += (int)length;
        return true;
    }

    /// <summary>Passes over a number or bytes.</summary>
    public bool TrySkip() => _wire == Varint ? TryRaw(out _) : TryBytes(out _);

    private bool TryRaw(out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && _at < _message.Length; shift += 7)
        {
            byte part = _message[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
