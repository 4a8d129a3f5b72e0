using System.Text;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Inputs;
using Telemetry.Controller.Programs;
using Telemetry.Controller.RuntimeFiles;

namespace Telemetry.Controller.Desired;

/// <summary>What one switch shall have, as text with an entry a line, or as a <c>sN-runtime.json</c> of the labs.</summary>
public sealed class EntryFile
{
    private readonly RuntimeFile? _runtime;
    private readonly IReadOnlyList<(int Line, EntrySpec Spec)> _specs;

    private EntryFile(string path, RuntimeFile? runtime, IReadOnlyList<(int Line, EntrySpec Spec)> specs)
    {
        Path = path;
        _runtime = runtime;
        _specs = specs;
    }

    /// <summary>Path as given.</summary>
    public string Path { get; }

    /// <summary>Reads a file; a <c>.json</c> is a runtime file, everything else text.</summary>
    /// <exception cref="InputException">The file cannot be read or has lines that are no entries; all are listed.</exception>
    public static EntryFile Load(string path)
    {
        if (System.IO.Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase))
        {
            return new EntryFile(path, RuntimeFile.Load(path), []);
        }

        try
        {
            return Parse(path, File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new EntryFileException([new InputFault(path, 0, "", $"cannot be read: {fault.Message}")]);
        }
    }

    /// <summary>Reads text.</summary>
    /// <param name="path">What faults call it.</param>
    /// <param name="text">An entry a line; what follows a # and a blank is a comment.</param>
    /// <exception cref="EntryFileException">Lines that are no entries; all are listed.</exception>
    public static EntryFile Parse(string path, string text)
    {
        List<InputFault> faults = [];
        List<(int, EntrySpec)> specs = [];
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string content = line.Trim();
            if (content.Length == 0 || content[0] == '#')
            {
                continue;
            }

            try
            {
                specs.Add((number, EntryText.Parse(content)));
            }
            catch (EntryFormatException fault)
            {
                faults.Add(new InputFault(path, number, "", fault.Message));
            }
        }

        return faults.Count > 0 ? throw new EntryFileException(faults) : new EntryFile(path, null, specs);
    }

    /// <summary>Its entries in the file's order, in the ids of a program.</summary>
    /// <exception cref="InputException">Unknown names, values that do not fit, or an entry twice; all are listed.</exception>
    public IReadOnlyList<P4Entry> Bind(P4Program program)
    {
        if (_runtime is not null)
        {
            return _runtime.Bind(program);
        }

        List<InputFault> faults = [];
        List<P4Entry> entries = [];
        Dictionary<string, int> lines = [];
        foreach ((int line, EntrySpec spec) in _specs)
        {
            List<string> problems = [];
            P4Entry? entry = EntryBinder.Bind(program.Index, spec, problems);
            faults.AddRange(problems.Select(p => new InputFault(Path, line, "", p)));
            if (entry is null)
            {
                continue;
            }

            if (!lines.TryAdd(entry.Key, line))
            {
                faults.Add(new InputFault(Path, line, "", $"is the same entry as in line {lines[entry.Key]}"));
            }

            entries.Add(entry);
        }

        return faults.Count > 0 ? throw new EntryFileException(faults) : entries;
    }

    /// <summary>Entries as the text of such a file: what others refer to first, then by table in the program's order, then by text.</summary>
    public static string Format(IEnumerable<P4Entry> entries)
    {
        StringBuilder text = new();
        string? section = null;
        foreach (P4Entry entry in Sorted(entries))
        {
            string of = Section(entry);
            if (section is not null && section != of)
            {
                text.Append('\n');
            }

            section = of;
            text.Append(entry.Text).Append('\n');
        }

        return text.ToString();
    }

    internal static IEnumerable<P4Entry> Sorted(IEnumerable<P4Entry> entries) => entries
        .OrderBy(e => e.Rank)
        .ThenBy(e => Place(e))
        .ThenBy(e => !e.IsDefault)
        .ThenByDescending(e => e.Entity.TableEntry?.Priority ?? 0)
        .ThenBy(e => e.Text, NaturalOrder.Instance);

    private static int Place(P4Entry entry)
    {
        for (int i = 0; entry.Entity.TableEntry is { } table && i < entry.Program.Tables.Count; i++)
        {
            if (entry.Program.Tables[i].Id == table.TableId)
            {
                return i;
            }
        }

        return (int)entry.Entity.EntityCase;
    }

    private static string Section(P4Entry entry) =>
        entry.Entity.TableEntry is { } table ? $"table {table.TableId}" : entry.Text[..entry.Text.IndexOf(' ', StringComparison.Ordinal)];
}
