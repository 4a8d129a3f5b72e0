using System.Text;

namespace Telemetry.Controller.Shell;

/// <summary>Rows in columns as wide as their widest cell.</summary>
internal sealed class ShellTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public int Count => _rows.Count;

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Header, rows, and nothing at all where there are no rows.</summary>
    public override string ToString()
    {
        int[] widths = [.. columns.Select((c, i) => Math.Max(c.Length, _rows.Count == 0 ? 0 : _rows.Max(r => r[i].Length)))];
        StringBuilder text = new();
        if (_rows.Count > 0)
        {
            Row(columns);
            foreach (string[] row in _rows)
            {
                Row(row);
            }
        }

        return text.ToString();

        void Row(string[] cells)
        {
            StringBuilder line = new();
            for (int i = 0; i < cells.Length; i++)
            {
                line.Append(cells[i].PadRight(widths[i] + 2));
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
    }
}
