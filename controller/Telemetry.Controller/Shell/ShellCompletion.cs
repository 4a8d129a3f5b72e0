using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Shell;

/// <summary>What may follow in a line that is being typed.</summary>
/// <param name="Start">Where the word that is completed begins.</param>
/// <param name="Candidates">Whole words, sorted.</param>
public sealed record ShellCompletion(int Start, IReadOnlyList<string> Candidates)
{
    private static readonly string[] s_kinds = ["member ", "group ", "multicast ", "clone ", "counter ", "meter ", "register ", "digest ", "value-set "];

    internal static ShellCompletion Of(string line, IReadOnlyDictionary<string, ShellCommand> commands, P4Program? program)
    {
        string typed = line.TrimStart();
        int blank = typed.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0)
        {
            return Make(line, typed, commands.Keys.Select(c => c + " "));
        }

        if (!commands.TryGetValue(typed[..blank], out ShellCommand? command))
        {
            return new ShellCompletion(line.Length, []);
        }

        string rest = typed[(blank + 1)..];
        string word = rest[(rest.LastIndexOfAny([' ', '(', ',', '{']) + 1)..];
        if (word.StartsWith("--", StringComparison.Ordinal))
        {
            return Make(line, word, ShellLine.Options.Select(o => o + " "));
        }

        bool first = !rest.TrimStart().Contains(' ', StringComparison.Ordinal);
        P4InfoIndex? index = program?.Index;
        switch (command.Argument)
        {
            case ShellArgument.Command:
                return Make(line, word, commands.Keys);
            case ShellArgument.File:
            case ShellArgument.Trace:
            case ShellArgument.ProgramAndFile:
                return Make(line, word, Files(word));
            case ShellArgument.Nothing:
                return new ShellCompletion(line.Length, []);
            case ShellArgument.Entry when index is not null:
                return Make(line, word, Entry(rest, word, index));
            case ShellArgument.Packet when index is not null && index.PacketMetadata.TryGet("packet_out", out PacketMetadataInfo? header):
                return Make(line, word, header.Fields.Select(f => f.Name + "="));
        }

        if (index is null || !first)
        {
            return new ShellCompletion(line.Length, []);
        }

        return Make(line, word, command.Argument switch
        {
            ShellArgument.Table => Names(index.Tables),
            ShellArgument.Counter => [.. Names(index.Counters).Select(n => n), .. Names(index.DirectCounters)],
            ShellArgument.Meter => [.. Names(index.Meters), .. Names(index.DirectMeters)],
            ShellArgument.Register => Names(index.Registers),
            ShellArgument.Profile => Names(index.ActionProfiles),
            ShellArgument.Digest => Names(index.Digests),
            ShellArgument.ValueSet => Names(index.ValueSets),
            ShellArgument.Object => ProgramText.Names(index),
            _ => [],
        });
    }

    private static IEnumerable<string> Entry(string rest, string word, P4InfoIndex index)
    {
        string[] words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool firstWord = words.Length == 0 || (words.Length == 1 && !rest.EndsWith(' '));
        if (firstWord)
        {
            return [.. Names(index.Tables).Select(n => n + " "), .. s_kinds];
        }

        bool second = words.Length == 1 || (words.Length == 2 && !rest.EndsWith(' '));
        switch (words[0])
        {
            case "member" or "group":
                return second ? Names(index.ActionProfiles).Select(n => n + " ") : Actions(rest, index.Actions);
            case "counter":
                return second ? Names(index.Counters).Select(n => n + "[") : ["packets=", "bytes="];
            case "meter":
                return second ? Names(index.Meters).Select(n => n + "[") : ["cir=", "cburst=", "pir=", "pburst="];
            case "register":
                return second ? Names(index.Registers).Select(n => n + "[") : [];
            case "digest":
                return second ? Names(index.Digests).Select(n => n + " ") : ["max-list ", "max-wait ", "ack-timeout "];
            case "value-set":
                return second ? Names(index.ValueSets).Select(n => n + " ") : [];
            case "multicast" or "clone":
                return [];
        }

        if (!index.Tables.TryGet(words[0] == "table" && words.Length > 1 ? words[1] : words[0], out TableInfo? table))
        {
            return [];
        }

        if (rest.Contains("->", StringComparison.Ordinal))
        {
            return table.Implementation is null ? Actions(rest, table.Actions) : ["member ", "group ", .. Actions(rest, table.Actions)];
        }

        IEnumerable<string> keys = table.MatchFields.Where(f => !rest.Contains(f.Name + "=", StringComparison.Ordinal)).Select(f => f.Name + "=");
        string[] options = [.. table.NeedsPriority ? ["priority "] : Array.Empty<string>(), "default ", "-> "];
        return [.. keys, .. options.Where(o => !rest.Contains(o, StringComparison.Ordinal))];
    }

    /// <summary>An action's name, or within its parentheses the parameters that are not given yet.</summary>
    private static IEnumerable<string> Actions(string rest, NameIndex<ActionInfo> actions)
    {
        int arrow = rest.LastIndexOf("->", StringComparison.Ordinal);
        if (arrow < 0)
        {
            return ["-> "];
        }

        string call = rest[(arrow + 2)..].TrimStart('{', ' ');
        int open = call.LastIndexOf('(');
        if (open < 0 || call.LastIndexOf(')') > open)
        {
            return actions.Select(a => a.Parameters.Count == 0 ? $"{a.Name}()" : $"{a.Name}(");
        }

        string name = call[(call[..open].LastIndexOfAny([';', ' ']) + 1)..open];
        return actions.TryGet(name, out ActionInfo? action)
            ? action.Parameters.Where(p => !call[open..].Contains(p.Name + "=", StringComparison.Ordinal)).Select(p => p.Name + "=")
            : [];
    }

    private static IEnumerable<string> Files(string word)
    {
        string folder = word[..(word.LastIndexOf('/') + 1)];
        try
        {
            return [.. new DirectoryInfo(folder.Length == 0 ? "." : folder).EnumerateFileSystemInfos().Take(1000)
                .Select(f => folder + f.Name + (f is DirectoryInfo ? "/" : ""))];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Names<T>(NameIndex<T> index)
        where T : class, INamedObject => index.Select(i => i.Name);

    /// <summary>Candidates that begin with the word, as full names or from one of their dots on.</summary>
    private static ShellCompletion Make(string line, string word, IEnumerable<string> candidates)
    {
        string[] all = [.. candidates.Distinct()];
        string[] whole = [.. all.Where(c => c.StartsWith(word, StringComparison.Ordinal))];
        string[] suffix = whole.Length > 0 || word.Length == 0 ? whole : [.. all.Where(c => c.Contains("." + word, StringComparison.Ordinal))];
        Array.Sort(suffix, StringComparer.Ordinal);
        return new ShellCompletion(line.Length - word.Length, suffix);
    }
}
