using Telemetry.Controller.Shell;

namespace Telemetry.Cli.Terminal;

/// <summary>
/// Reads a line from the terminal: arrows, Home, End, Ctrl-A/E/U/K/W/L as usual, Tab completes, Up and Down go through
/// the history, Ctrl-R searches it.
/// </summary>
internal sealed class LineEditor(string prompt, LineHistory history, Func<string, ShellCompletion> complete)
{
    private const int MostShown = 60;
    private string _line = "";
    private int _cursor;
    private int _place;
    private string _draft = "";

    /// <summary>Null at the end of the input (Ctrl-D on an empty line).</summary>
    public string? Read(CancellationToken cancellation)
    {
        (_line, _cursor, _place, _draft) = ("", 0, history.Count, "");
        Draw();
        while (true)
        {
            while (!Console.KeyAvailable)
            {
                if (cancellation.WaitHandle.WaitOne(10))
                {
                    return null;
                }
            }

            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.WriteLine();
                    return _line;
                case ConsoleKey.D when control && _line.Length == 0:
                    Console.WriteLine();
                    return null;
                case ConsoleKey.C when control:
                    Console.WriteLine("^C");
                    (_line, _cursor, _place) = ("", 0, history.Count);
                    break;
                case ConsoleKey.R when control:
                    Search(cancellation);
                    break;
                case ConsoleKey.Tab:
                    Complete();
                    break;
                default:
                    Edit(key, control);
                    break;
            }

            Draw();
        }
    }

    private void Edit(ConsoleKeyInfo key, bool control)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow when control:
                _cursor = WordStart();
                break;
            case ConsoleKey.RightArrow when control:
                int blank = _line.IndexOf(' ', Math.Min(_cursor + 1, _line.Length));
                _cursor = blank < 0 ? _line.Length : blank;
                break;
            case ConsoleKey.LeftArrow:
                _cursor = Math.Max(0, _cursor - 1);
                break;
            case ConsoleKey.RightArrow:
                _cursor = Math.Min(_line.Length, _cursor + 1);
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                _cursor = 0;
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                _cursor = _line.Length;
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                Recall(_place - 1);
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                Recall(_place + 1);
                break;
            case ConsoleKey.Backspace when _cursor > 0:
                Remove(_cursor - 1, _cursor);
                break;
            case ConsoleKey.Delete when _cursor < _line.Length:
            case ConsoleKey.D when control && _cursor < _line.Length:
                Remove(_cursor, _cursor + 1);
                break;
            case ConsoleKey.W when control:
                Remove(WordStart(), _cursor);
                break;
            case ConsoleKey.U when control:
                Remove(0, _cursor);
                break;
            case ConsoleKey.K when control:
                Remove(_cursor, _line.Length);
                break;
            case ConsoleKey.L when control:
                Console.Write("\u001b[2J\u001b[H");
                break;
            default:
                if (!char.IsControl(key.KeyChar) && key.KeyChar != '\0')
                {
                    Insert(key.KeyChar.ToString());
                }

                break;
        }
    }

    private void Complete()
    {
        ShellCompletion completion = complete(_line[.._cursor]);
        if (completion.Candidates.Count == 0)
        {
            Console.Write('\a');
            return;
        }

        string common = completion.Candidates.Aggregate(Common);
        string typed = _line[completion.Start.._cursor];
        if (completion.Candidates.Count == 1 || (common.Length > typed.Length && common.StartsWith(typed, StringComparison.Ordinal)))
        {
            Remove(completion.Start, _cursor);
            Insert(common);
            return;
        }

        Console.Write("\r\n");
        int width = Math.Max(20, Console.WindowWidth);
        int column = completion.Candidates.Take(MostShown).Max(c => c.Length) + 2;
        int columns = Math.Max(1, width / column);
        string[] shown = [.. completion.Candidates.Take(MostShown)];
        for (int i = 0; i < shown.Length; i += columns)
        {
            Console.WriteLine(string.Concat(shown.Skip(i).Take(columns).Select(c => c.PadRight(column))).TrimEnd());
        }

        if (completion.Candidates.Count > MostShown)
        {
            Console.WriteLine($"and {completion.Candidates.Count - MostShown} more");
        }
    }

    /// <summary>Ctrl-R: the last line that contains what is typed; again for the one before, Enter takes it into the editor.</summary>
    private void Search(CancellationToken cancellation)
    {
        string wanted = "";
        int found = history.Count;
        while (!cancellation.IsCancellationRequested)
        {
            string shown = found < history.Count && found >= 0 ? history[found] : "";
            Console.Write($"\r\u001b[K(search) {wanted}: {shown}");
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key is { Key: ConsoleKey.R, Modifiers: ConsoleModifiers.Control })
            {
                int next = history.Search(wanted, found);
                found = next < 0 ? found : next;
            }
            else if (key.Key is ConsoleKey.Escape or ConsoleKey.Enter or ConsoleKey.Tab || key.Modifiers.HasFlag(ConsoleModifiers.Control))
            {
                if (shown.Length > 0 && key.Key != ConsoleKey.C)
                {
                    (_line, _cursor, _place) = (shown, shown.Length, found);
                }

                return;
            }
            else
            {
                wanted = key.Key == ConsoleKey.Backspace ? wanted[..Math.Max(0, wanted.Length - 1)] : wanted + key.KeyChar;
                found = history.Search(wanted, history.Count);
                found = found < 0 ? history.Count : found;
            }
        }
    }

    private void Recall(int place)
    {
        if (place < 0 || place > history.Count)
        {
            return;
        }

        if (_place == history.Count)
        {
            _draft = _line;
        }

        _place = place;
        _line = place == history.Count ? _draft : history[place];
        _cursor = _line.Length;
    }

    private int WordStart()
    {
        int at = _cursor;
        while (at > 0 && _line[at - 1] == ' ')
        {
            at--;
        }

        return at == 0 ? 0 : _line.LastIndexOf(' ', at - 1) + 1;
    }

    private void Insert(string text)
    {
        _line = _line.Insert(_cursor, text);
        _cursor += text.Length;
    }

    private void Remove(int from, int to)
    {
        _line = _line.Remove(from, to - from);
        _cursor = from;
    }

    /// <summary>One row of the terminal: a longer line slides, so that the cursor stays in view.</summary>
    private void Draw()
    {
        int width = Math.Max(20, Console.WindowWidth) - 1;
        string shownPrompt = prompt.Length < width / 2 ? prompt : "> ";
        int room = width - shownPrompt.Length;
        int first = _cursor < room ? 0 : _cursor - room + 1;
        string part = _line[first..Math.Min(_line.Length, first + room)];
        Console.Write($"\r\u001b[K{shownPrompt}{part}\r\u001b[{shownPrompt.Length + _cursor - first}C");
    }

    private static string Common(string a, string b)
    {
        int same = 0;
        while (same < a.Length && same < b.Length && a[same] == b[same])
        {
            same++;
        }

        return a[..same];
    }
}
