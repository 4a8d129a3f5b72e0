using System.Globalization;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.History;

/// <summary>Writes rows of a history as CSV, JSON, JSON lines or Parquet, row by row.</summary>
public static class HistoryExport
{
    private static readonly string[] s_numbers =
        ["TinyInt", "SmallInt", "Integer", "BigInt", "UnsignedTinyInt", "UnsignedSmallInt", "UnsignedInteger", "UnsignedBigInt", "Double", "Float"];

    /// <summary>Writes CSV as RFC 4180 has it, with a line of names; absent values are empty.</summary>
    public static async Task<long> WriteCsvAsync(IAsyncEnumerable<HistoryRow> rows, TextWriter output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(output);
        long count = 0;
        await foreach (HistoryRow row in rows.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (count++ == 0)
            {
                await output.WriteLineAsync(string.Join(',', row.Columns.Select(Quote)).AsMemory(), cancellation).ConfigureAwait(false);
            }

            await output.WriteLineAsync(string.Join(',', row.Values.Select(Quote)).AsMemory(), cancellation).ConfigureAwait(false);
        }

        return count;
    }

    /// <summary>Writes a JSON array of objects, or with <paramref name="lines"/> one object a line; absent numbers are null.</summary>
    public static async Task<long> WriteJsonAsync(IAsyncEnumerable<HistoryRow> rows, TextWriter output, bool lines, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(output);
        long count = 0;
        string[] names = [];
        bool[] numbers = [];
        using MemoryStream buffer = new();
        using Utf8JsonWriter json = new(buffer);
        await foreach (HistoryRow row in rows.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (count == 0)
            {
                names = [.. row.Columns];
                numbers = [.. row.Types_.Select(IsNumber)];
            }

            buffer.SetLength(0);
            json.Reset();
            Write(json, row, names, numbers);
            await json.FlushAsync(cancellation).ConfigureAwait(false);
            string before = lines ? "" : count == 0 ? "[" : ",\n ";
            await output.WriteAsync((before + Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length))).AsMemory(), cancellation).ConfigureAwait(false);
            if (lines)
            {
                await output.WriteLineAsync(ReadOnlyMemory<char>.Empty, cancellation).ConfigureAwait(false);
            }

            count++;
        }

        if (!lines)
        {
            await output.WriteLineAsync((count == 0 ? "[]" : "]").AsMemory(), cancellation).ConfigureAwait(false);
        }

        return count;
    }

    /// <summary>Writes a Parquet file (zstd), with the columns' types; absent numbers are NULL. Nothing is written when there are no rows.</summary>
    /// <exception cref="HistoryException">The file cannot be written; names it.</exception>
    public static async Task<long> WriteParquetAsync(IAsyncEnumerable<HistoryRow> rows, string file, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentException.ThrowIfNullOrEmpty(file);
        using DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        string[] columns = [];
        long count = 0;
        DuckDBAppender? appender = null;
        try
        {
            await foreach (HistoryRow row in rows.WithCancellation(cancellation).ConfigureAwait(false))
            {
                if (count++ == 0)
                {
                    columns = [.. row.Columns.Select((name, i) => Cast(i, name, row.Types_[i]))];
                    Execute(connection, $"CREATE TABLE rows ({string.Join(", ", row.Columns.Select((_, i) => $"c{i} VARCHAR"))})");
                    appender = connection.CreateAppender("rows");
                }

                IDuckDBAppenderRow added = appender!.CreateRow();
                foreach (string value in row.Values)
                {
                    added.AppendValue(value);
                }

                added.EndRow();
            }

            appender?.Dispose();
            appender = null;
            if (count > 0)
            {
                string place = file.Replace("'", "''", StringComparison.Ordinal);
                Execute(connection, $"COPY (SELECT {string.Join(", ", columns)} FROM rows) TO '{place}' (FORMAT PARQUET, COMPRESSION ZSTD)");
            }
        }
        catch (DuckDBException fault)
        {
            throw new HistoryException($"{file}: the Parquet file cannot be written: {fault.Message.Split('\n')[0]}", fault);
        }
        finally
        {
            appender?.Dispose();
        }

        return count;
    }

    private static string Cast(int column, string name, string type) => IsNumber(type)
        ? $"CAST(NULLIF(c{column}, '') AS {SqlType(type)}) AS \"{name}\""
        : $"c{column} AS \"{name}\"";

    private static string SqlType(string type) => type switch
    {
        "UnsignedTinyInt" => "UTINYINT",
        "UnsignedSmallInt" => "USMALLINT",
        "UnsignedInteger" => "UINTEGER",
        "UnsignedBigInt" => "UBIGINT",
        _ => type,
    };

    private static bool IsNumber(string type) => s_numbers.Contains(type);

    private static void Write(Utf8JsonWriter json, HistoryRow row, string[] names, bool[] numbers)
    {
        json.WriteStartObject();
        for (int i = 0; i < names.Length; i++)
        {
            string value = row.Values[i];
            json.WritePropertyName(names[i]);
            if (!numbers[i])
            {
                json.WriteStringValue(value);
            }
            else if (value.Length == 0 || (double.TryParse(value, CultureInfo.InvariantCulture, out double number) && !double.IsFinite(number)))
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteRawValue(value);
            }
        }

        json.WriteEndObject();
    }

    private static string Quote(string value) =>
        value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
