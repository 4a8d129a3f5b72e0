using System.Globalization;
using System.Text.RegularExpressions;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Reads a simple test framework file, line by line.</summary>
internal static partial class StfParser
{
    public static List<StfStatement> Parse(string text)
    {
        List<StfStatement> statements = [];
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Split('#')[0].Trim();
            if (line.Length > 0)
            {
                statements.Add(ParseLine(number, line));
            }
        }

        return statements;
    }

    private static StfStatement ParseLine(int number, string line)
    {
        string command = line.Split((char[])[' ', '\t'], 2)[0].ToLowerInvariant();
        string rest = line[command.Length..].Trim();
        StfStatement statement = new(number, command);
        switch (command)
        {
            case "packet" or "expect":
                string[] parts = rest.Split((char[])[' ', '\t'], 2);
                string data = parts.Length > 1 ? Blank().Replace(parts[1], "").ToUpperInvariant() : "";
                return statement with { Numbers = [parts[0]], Data = data };
            case "add":
                return ParseAdd(statement, rest);
            case "setdefault":
                (string name, string call) = Cut(rest);
                return ParseAction(statement with { Name = Unquote(name) }, call);
            case "check_counter":
                Match counter = Counter().Match(rest);
                return !counter.Success ? throw new FormatException($"line {number}: {line}") : statement with
                {
                    Name = Unquote(counter.Groups[1].Value),
                    Numbers = [counter.Groups[2].Value],
                    Unit = counter.Groups[3].Success ? counter.Groups[3].Value.ToLowerInvariant() : "packets",
                    Comparison = counter.Groups[4].Success ? counter.Groups[4].Value : "==",
                    Data = counter.Groups[5].Success ? counter.Groups[5].Value : "0",
                };
            case "wait" or "no_packet":
                return statement;
            case "remove":
                return rest.Equals("all", StringComparison.OrdinalIgnoreCase) ? statement : statement with { Id = rest };
            default:
                string[] words = rest.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                bool named = words.Length > 0 && !char.IsAsciiDigit(words[0][0]);
                return statement with { Name = named ? Unquote(words[0]) : "", Numbers = named ? words[1..] : words };
        }
    }

    private static StfStatement ParseAdd(StfStatement statement, string rest)
    {
        int open = rest.LastIndexOf('(');
        int close = rest.LastIndexOf(')');
        string id = rest[(close + 1)..].Replace("=", "", StringComparison.Ordinal).Trim();
        string head = rest[..open].TrimEnd();
        int actionAt = head.LastIndexOfAny([' ', '\t']) + 1;
        string[] words = head[..actionAt].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        int first = 1;
        int? priority = null;
        if (words.Length > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int given))
        {
            priority = given;
            first = 2;
        }

        List<(string, string)> matches = [];
        foreach (string word in words.Skip(first))
        {
            int colon = word.LastIndexOf(':');
            matches.Add((Unquote(word[..colon]), word[(colon + 1)..]));
        }

        return ParseAction(statement with { Name = Unquote(words[0]), Priority = priority, Matches = matches, Id = id }, head[actionAt..] + rest[open..(close + 1)]);
    }

    private static StfStatement ParseAction(StfStatement statement, string call)
    {
        int open = call.IndexOf('(', StringComparison.Ordinal);
        string inside = call[(open + 1)..call.LastIndexOf(')')];
        List<(string, string)> arguments = [];
        foreach (string argument in inside.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int colon = argument.LastIndexOf(':');
            arguments.Add((Unquote(argument[..colon].Trim()), argument[(colon + 1)..].Trim()));
        }

        return statement with { Action = Unquote(call[..open].Trim()), Arguments = arguments };
    }

    private static (string, string) Cut(string text)
    {
        string[] parts = text.Split((char[])[' ', '\t'], 2, StringSplitOptions.TrimEntries);
        return (parts[0], parts[1]);
    }

    private static string Unquote(string name) => name.Replace("\"", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"^(\S+?)\s*\(\s*(\S+?)\s*\)\s*(?:(\w+)\s*(==|!=|<=|>=|<|>)\s*(\d+))?\s*$")]
    private static partial Regex Counter();
}
