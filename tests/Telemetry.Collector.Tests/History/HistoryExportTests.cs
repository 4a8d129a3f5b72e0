using System.Text.Json;
using DuckDB.NET.Data;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.History;

namespace Telemetry.Collector.Tests.History;

public sealed class HistoryExportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-export").FullName;
    private readonly DuckDbHistoryStore _store = DuckDbHistoryStore.InMemory();

    public HistoryExportTests()
    {
        HistoryBatch batch = new();
        batch.Devices.Add((130, new DeviceStatus { Name = "s,\"1\"", Kind = DeviceKind.Switch, State = DeviceState.Up, CpuPercent = 12.5, LastSeenNs = 129 }));
        batch.Devices.Add((140, new DeviceStatus { Name = "s2", Kind = DeviceKind.Switch, State = DeviceState.Silent, MemoryBytes = 1UL << 40, LastSeenNs = 139 }));
        _store.Write(batch);
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private IAsyncEnumerable<HistoryRow> Devices(string entity = "") =>
        _store.Query(new HistoryRequest { Table = HistoryRequest.Types.Table.Devices, Entity = entity }).ToAsyncEnumerable();

    [Fact]
    public async Task WriteCsv_QuotesAndNulls_AreAsTheRfcHasIt()
    {
        using StringWriter text = new() { NewLine = "\n" };
        Assert.Equal(2, await HistoryExport.WriteCsvAsync(Devices(), text, CancellationToken.None));
        Assert.Equal(
            """"
            time_ns,entity,kind,state,cpu_percent,memory_bytes,last_seen_ns
            130,"s,""1""",Switch,Up,12.5,,129
            140,s2,Switch,Silent,,1099511627776,139

            """".ReplaceLineEndings("\n"),
            text.ToString());
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task WriteJson_Rows_KeepTheirTypes(bool lines)
    {
        using StringWriter text = new() { NewLine = "\n" };
        await HistoryExport.WriteJsonAsync(Devices(), text, lines, CancellationToken.None);
        string json = lines ? $"[{string.Join(',', text.ToString().TrimEnd().Split('\n'))}]" : text.ToString();
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement first = document.RootElement[0];
        Assert.Equal(("s,\"1\"", 12.5), (first.GetProperty("entity").GetString(), first.GetProperty("cpu_percent").GetDouble()));
        Assert.Equal(JsonValueKind.Null, first.GetProperty("memory_bytes").ValueKind);
        Assert.Equal(1L << 40, document.RootElement[1].GetProperty("memory_bytes").GetInt64());
    }

    [Fact]
    public async Task WriteJson_NoRows_IsAnEmptyArray()
    {
        using StringWriter text = new() { NewLine = "\n" };
        Assert.Equal(0, await HistoryExport.WriteJsonAsync(Devices("nobody"), text, lines: false, CancellationToken.None));
        Assert.Equal("[]\n", text.ToString());
    }

    [Fact]
    public async Task WriteParquet_Rows_ReadBackWithTheirTypes()
    {
        string file = Path.Combine(_directory, "it's.parquet");
        Assert.Equal(2, await HistoryExport.WriteParquetAsync(Devices(), file, CancellationToken.None));
        using DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT entity, cpu_percent, memory_bytes, typeof(time_ns) FROM '{file.Replace("'", "''", StringComparison.Ordinal)}' ORDER BY time_ns";
        using DuckDBDataReader reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.Equal(("s,\"1\"", 12.5, true, "BIGINT"), (reader.GetString(0), reader.GetDouble(1), reader.IsDBNull(2), reader.GetString(3)));
        Assert.True(reader.Read());
        Assert.Equal(1L << 40, reader.GetInt64(2));
    }

    [Fact]
    public async Task WriteParquet_NowhereToWrite_NamesTheFile()
    {
        string file = Path.Combine(_directory, "none", "x.parquet");
        HistoryException fault = await Assert.ThrowsAsync<HistoryException>(() => HistoryExport.WriteParquetAsync(Devices(), file, CancellationToken.None));
        Assert.StartsWith(file, fault.Message, StringComparison.Ordinal);
    }
}
