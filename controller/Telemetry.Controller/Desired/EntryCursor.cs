using System.Globalization;
using System.Text;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Desired;

/// <summary>Reads the parts of a line of entries from left to right.</summary>
internal sealed class EntryCursor(string line)
{
    private int _at;

    /// <summary>True at the end of the line or before a comment.</summary>
    public bool AtEnd
    {
        get
        {
            SkipBlanks();
            return _at == line.Length || line[_at] == '#';
        }
    }

    public EntryFormatException Fault(string expected)
    {
        SkipBlanks();
        string found = _at >= line.Length ? "the end" : $"'{line[_at..Math.Min(line.Length, _at + 20)]}'";
        return new EntryFormatException($"column {_at + 1}: found {found}; expected {expected}");
    }

    /// <summary>Takes a mark if it comes next.</summary>
    public bool Accept(string mark)
    {
        SkipBlanks();
        if (!line.AsSpan(_at).StartsWith(mark, StringComparison.Ordinal))
        {
            return false;
        }

        _at += mark.Length;
        return true;
    }

    /// <exception cref="EntryFormatException">Something else comes next.</exception>
    public void Expect(string mark)
    {
        if (!Accept(mark))
        {
            throw Fault(mark);
        }
    }

    /// <summary>Takes a word if it is this one.</summary>
    public bool AcceptWord(string word)
    {
        int before = _at;
        if (TryWord(" \t=(),;{}", out string? found) && found == word)
        {
            return true;
        }

        _at = before;
        return false;
    }

    /// <summary>What stands before one of the stops, in quotes or not.</summary>
    /// <exception cref="EntryFormatException">Nothing does.</exception>
    public string Word(string expected, string stops = " \t=(),;{}") =>
        TryWord(stops, out string? word) ? word : throw Fault(expected);

    public uint Number(string expected)
    {
        int before = _at;
        if (TryWord(" \t=(),;{}#|", out string? word) && uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
        {
            return number;
        }

        _at = before;
        throw Fault(expected);
    }

    public long Long(string expected)
    {
        int before = _at;
        if (TryWord(" \t=(),;{}", out string? word) && long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return number;
        }

        _at = before;
        throw Fault(expected);
    }

    public long Duration(string what)
    {
        int before = _at;
        if (TryWord(" \t=(),;{}", out string? word) && DurationText.TryParse(word, out long ns))
        {
            return ns;
        }

        _at = before;
        throw Fault($"{what} such as 30s, 10ms, 250us or 7ns");
    }

    public byte[] Hex()
    {
        int before = _at;
        try
        {
            if (TryWord(" \t=(),;{}", out string? word) && word.StartsWith("0x", StringComparison.Ordinal))
            {
                return Convert.FromHexString(word.Length % 2 == 0 ? word[2..] : "0" + word[2..]);
            }
        }
        catch (FormatException)
        {
            // said below
        }

        _at = before;
        throw Fault("bytes such as 0x1f");
    }

    /// <summary>The rest of the line.</summary>
    public string Rest()
    {
        SkipBlanks();
        string rest = line[_at..].TrimEnd();
        _at = line.Length;
        return rest;
    }

    /// <summary>True if the next character after the last word is this one; it is taken.</summary>
    public bool AcceptNow(char mark)
    {
        if (_at < line.Length && line[_at] == mark)
        {
            _at++;
            return true;
        }

        return false;
    }

    private bool TryWord(string stops, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? word)
    {
        SkipBlanks();
        if (_at < line.Length && line[_at] == '"')
        {
            return TryQuoted(out word);
        }

        int start = _at;
        while (_at < line.Length && !stops.Contains(line[_at], StringComparison.Ordinal))
        {
            _at++;
        }

        word = _at > start ? line[start.._at] : null;
        return word is not null;
    }

    private bool TryQuoted([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? word)
    {
        StringBuilder text = new();
        for (int i = _at + 1; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                _at = i + 1;
                word = text.ToString();
                return true;
            }

            if (line[i] == '\\' && i + 1 < line.Length)
            {
                i++;
            }

            text.Append(line[i]);
        }

        word = null;
        return false;
    }

    private void SkipBlanks()
    {
        while (_at < line.Length && line[_at] is ' ' or '\t')
        {
            _at++;
        }
    }
}
