using System.Globalization;
using System.Text;

namespace Telemetry.P4Runtime.Text;

/// <summary>Splits protobuf text format into tokens.</summary>
internal sealed class Lexer(string text)
{
    private const string Symbols = "{}<>[]:,;-/.";
    private int _position;
    private int _line = 1;
    private int _lineStart;

    /// <summary>The next token.</summary>
    /// <exception cref="TextFormatException">A character or escape that the format does not have.</exception>
    public Token Next()
    {
        SkipBlanks();
        var (line, column, start) = (_line, _position - _lineStart + 1, _position);
        if (_position == text.Length)
            return new Token(TokenKind.End, "", null, line, column);
        var c = text[_position];
        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '_'))
                _position++;
            return new Token(TokenKind.Name, text[start.._position], null, line, column);
        }
        if (char.IsAsciiDigit(c) || (c == '.' && _position + 1 < text.Length && char.IsAsciiDigit(text[_position + 1])))
        {
            TakeNumber();
            return new Token(TokenKind.Number, text[start.._position], null, line, column);
        }
        if (c is '"' or '\'')
            return new Token(TokenKind.Text, "", TakeString(c), line, column);
        if (!Symbols.Contains(c, StringComparison.Ordinal))
            throw Error($"unexpected character {Show(c)}");
        _position++;
        return new Token(TokenKind.Symbol, text[start.._position], null, line, column);
    }

    private void SkipBlanks()
    {
        while (_position < text.Length)
        {
            var c = text[_position];
            if (c == '#')
            {
                while (_position < text.Length && text[_position] != '\n')
                    _position++;
                continue;
            }
            if (c is not (' ' or '\t' or '\r' or '\n' or '\v' or '\f' or '\uFEFF'))
                return;
            _position++;
            if (c == '\n')
            {
                _line++;
                _lineStart = _position;
            }
        }
    }

    private void TakeNumber()
    {
        if (text[_position] == '0' && _position + 1 < text.Length && text[_position + 1] is 'x' or 'X')
            _position += 2;
        while (_position < text.Length)
        {
            var c = text[_position];
            var signOfExponent = c is '+' or '-' && text[_position - 1] is 'e' or 'E';
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_') && !signOfExponent)
                return;
            _position++;
        }
    }

    private byte[] TakeString(char quote)
    {
        var bytes = new MemoryStream();
        _position++;
        while (true)
        {
            if (_position == text.Length || text[_position] == '\n')
                throw Error($"the string is not closed: expected {quote}");
            var c = text[_position];
            if (c == quote)
            {
                _position++;
                return bytes.ToArray();
            }
            if (c == '\\')
            {
                TakeEscape(bytes);
                continue;
            }
            if (!Rune.TryGetRuneAt(text, _position, out var rune))
                throw Error("half a surrogate pair");
            Append(bytes, rune);
            _position += rune.Utf16SequenceLength;
        }
    }

    private void TakeEscape(MemoryStream bytes)
    {
        _position++;
        if (_position == text.Length)
            throw Error("the string is not closed: an escape ends the text");
        var c = text[_position];
        var plain = "abfnrtv?\\'\"".IndexOf(c, StringComparison.Ordinal);
        if (plain >= 0)
        {
            bytes.WriteByte((byte)"\a\b\f\n\r\t\v?\\'\""[plain]);
            _position++;
        }
        else if (c is >= '0' and <= '7')
        {
            var end = _position;
            while (end < text.Length && end < _position + 3 && text[end] is >= '0' and <= '7')
                end++;
            var value = Convert.ToInt32(text[_position..end], 8);
            if (value > 255)
                throw Error($"\\{text[_position..end]} is larger than a byte");
            bytes.WriteByte((byte)value);
            _position = end;
        }
        else if (c is 'x' or 'X')
        {
            _position++;
            bytes.WriteByte((byte)TakeHex(1, 2));
        }
        else if (c is 'u' or 'U')
        {
            _position++;
            Append(bytes, TakeCodePoint(c == 'u' ? 4 : 8));
        }
        else
        {
            throw Error($"unknown escape \\{Show(c)}");
        }
    }

    private Rune TakeCodePoint(int digits)
    {
        var value = TakeHex(digits, digits);
        if (digits == 4 && char.IsHighSurrogate((char)value) && text.AsSpan(_position).StartsWith("\\u", StringComparison.Ordinal))
        {
            _position += 2;
            var low = TakeHex(4, 4);
            if (Rune.TryCreate((char)value, (char)low, out var pair))
                return pair;
        }
        return Rune.IsValid(value) ? new Rune(value) : throw Error($"{value:X} is no code point");
    }

    private uint TakeHex(int least, int most)
    {
        var end = _position;
        while (end < text.Length && end < _position + most && char.IsAsciiHexDigit(text[end]))
            end++;
        if (end - _position < least)
            throw Error($"expected {least} hex digit(s)");
        var value = uint.Parse(text.AsSpan(_position, end - _position), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _position = end;
        return value;
    }

    private static void Append(MemoryStream bytes, Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private static string Show(char c) => char.IsControl(c) || c > '~' ? $"U+{(int)c:X4}" : c.ToString();

    private TextFormatException Error(string problem) => new(_line, _position - _lineStart + 1, problem);
}
