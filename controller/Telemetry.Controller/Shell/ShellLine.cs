using System.Globalization;

namespace Telemetry.Controller.Shell;

/// <summary>One typed line: a command, its options, and what is left.</summary>
internal sealed class ShellLine
{
    private static readonly string[] s_flags = ["--json", "--text", "--dry-run", "--counters", "--no-prune", "--keep", "--pace", "--force"];
    private static readonly string[] s_values = ["--count", "--seconds", "--every"];
    private readonly HashSet<string> _flags = [];
    private readonly Dictionary<string, string> _values = [];

    private ShellLine(string command, string rest)
    {
        Command = command;
        Rest = rest;
    }

    public string Command { get; }

    /// <summary>The line without command and options.</summary>
    public string Rest { get; private set; }

    /// <summary>The line without its command, with its options.</summary>
    public string Typed { get; private init; } = "";

    /// <summary>Words of <see cref="Rest"/>.</summary>
    public string[] Words => Rest.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public static IEnumerable<string> Options => s_flags.Concat(s_values);

    /// <exception cref="ShellException">An option that there is not.</exception>
    public static ShellLine Parse(string line)
    {
        line = line.Trim();
        int end = line.IndexOf(' ', StringComparison.Ordinal);
        ShellLine parsed = new(end < 0 ? line : line[..end], "") { Typed = end < 0 ? "" : line[(end + 1)..].Trim() };
        parsed.TakeOptions(end < 0 ? "" : line[(end + 1)..]);
        return parsed;
    }

    public bool Has(string flag) => _flags.Contains(flag);

    /// <exception cref="ShellException">The option has no number above 0.</exception>
    public double? Number(string option) => !_values.TryGetValue(option, out string? text) ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number > 0 ? number
        : throw new ShellException($"{option} {text}: expected a number above 0");

    private void TakeOptions(string rest)
    {
        List<string> kept = [];
        string[] words = rest.Split(' ');
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            if (!word.StartsWith("--", StringComparison.Ordinal) || word.Length == 2)
            {
                kept.Add(word);
            }
            else if (s_flags.Contains(word))
            {
                _flags.Add(word);
            }
            else if (s_values.Contains(word) && i + 1 < words.Length)
            {
                _values[word] = words[++i];
            }
            else
            {
                throw new ShellException(s_values.Contains(word)
                    ? $"{word} needs a number"
                    : $"no option {word}; known: {string.Join(", ", Options)}");
            }
        }

        Rest = string.Join(' ', kept).Trim();
    }
}
