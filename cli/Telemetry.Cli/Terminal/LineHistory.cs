namespace Telemetry.Cli.Terminal;

/// <summary>Lines typed before, kept between runs in the user's state folder.</summary>
internal sealed class LineHistory
{
    private const int Most = 1000;
    private readonly List<string> _lines;
    private readonly string? _path;

    private LineHistory(List<string> lines, string? path) => (_lines, _path) = (lines, path);

    public int Count => _lines.Count;

    public string this[int index] => _lines[index];

    /// <summary>What former runs left; empty where nothing can be read.</summary>
    public static LineHistory Load()
    {
        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        string path = Path.Combine(state, "telemetry", "p4_history");
        try
        {
            return new LineHistory(File.Exists(path) ? [.. File.ReadLines(path).TakeLast(Most)] : [], path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new LineHistory([], null);
        }
    }

    /// <summary>Adds a line, unless it is empty or the last one again.</summary>
    public void Add(string line)
    {
        if (line.Trim().Length > 0 && (_lines.Count == 0 || _lines[^1] != line))
        {
            _lines.Add(line);
        }
    }

    /// <summary>The last line before an index that contains a text; -1 if none does.</summary>
    public int Search(string text, int before) => before <= 0 ? -1 : _lines.FindLastIndex(before - 1, l => l.Contains(text, StringComparison.Ordinal));

    /// <summary>Writes the lines back; a history that cannot be kept is no fault of the user's.</summary>
    public void Save()
    {
        if (_path is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllLines(_path, _lines.TakeLast(Most));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // the next run begins without
        }
    }
}
