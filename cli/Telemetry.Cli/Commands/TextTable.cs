using Telemetry.Collector.Contracts;

namespace Telemetry.Cli.Commands;

/// <summary>Rows under each other for people: columns as wide as the first thousand rows need.</summary>
internal static class TextTable
{
    private const int Measured = 1000;

    public static async Task<long> WriteAsync(IAsyncEnumerable<HistoryRow> rows, TextWriter output, CancellationToken cancellation)
    {
        List<IReadOnlyList<string>> first = [];
        int[]? widths = null;
        long count = 0;
        await foreach (HistoryRow row in rows.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (count++ == 0)
            {
                first.Add(row.Columns);
            }

            if (widths is not null)
            {
                await WriteAsync(row.Values, widths, output).ConfigureAwait(false);
                continue;
            }

            first.Add(row.Values);
            if (first.Count > Measured)
            {
                widths = await WriteFirstAsync(first, output).ConfigureAwait(false);
            }
        }

        if (widths is null)
        {
            await WriteFirstAsync(first, output).ConfigureAwait(false);
        }

        return count;
    }

    /// <summary>Writes lines of cells; the first one has the names.</summary>
    public static async Task<int[]> WriteFirstAsync(IReadOnlyList<IReadOnlyList<string>> lines, TextWriter output)
    {
        int[] widths = lines.Count == 0 ? [] : [.. Enumerable.Range(0, lines[0].Count).Select(column => lines.Max(line => line[column].Length))];
        foreach (IReadOnlyList<string> line in lines)
        {
            await WriteAsync(line, widths, output).ConfigureAwait(false);
        }

        return widths;
    }

    private static Task WriteAsync(IReadOnlyList<string> cells, int[] widths, TextWriter output) =>
        output.WriteLineAsync(string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
}
