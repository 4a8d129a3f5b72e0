using System.Globalization;
using DuckDB.NET.Data;
using Google.Protobuf;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.History;

/// <summary>
/// The history in DuckDB: one file, or memory for runs that are not kept. Rows go in through appenders, a whole batch
/// with its marks in one transaction. Queries run on a connection of their own, beside the writer, and so does what
/// makes coarser windows and removes old ones.
/// </summary>
public sealed partial class DuckDbHistoryStore : IHistoryStore
{
    private const string Memory = ":memory:";
    private const int MemoryLimitMiB = 96;
    private const int CheckpointMiB = 8;

    private readonly Lock _writeLock = new();
    private readonly Lock _readLock = new();
    private readonly DuckDBConnection _writer;
    private readonly DuckDBConnection _reader;
    private readonly DuckDBConnection _keeper;
    private readonly string _place;
    private readonly string? _source;
    private long _rows;

    private DuckDbHistoryStore(string place, string source, bool readOnly = false)
    {
        _place = place;
        _source = source == Memory ? null : $"DataSource={source}{(readOnly ? ";ACCESS_MODE=READ_ONLY" : "")}";
        _writer = new DuckDBConnection(_source ?? $"DataSource={source}");
        try
        {
            _writer.Open();
            // A caller waits for other threads of the engine by asking again and again; where the machine is busy, that is most of what a statement costs.
            Execute(_writer, "SET threads = 1");
            if (_source is not null)
            {
                // Else the engine keeps blocks of the file in memory up to most of the machine's; what a query needs beyond, it spills beside the file.
                Execute(_writer, $"SET memory_limit = '{MemoryLimitMiB}MiB'");
            }

            if (!readOnly)
            {
                // Rows that only the write-ahead log has are in memory too.
                Execute(_writer, $"SET checkpoint_threshold = '{CheckpointMiB}MiB'");
                Execute(_writer, HistorySchema.Create);
            }

            CheckVersion(readOnly);
            _rows = HistorySchema.Counted.Where(Exists).Sum(table => (long)Scalar($"SELECT count(*) FROM {table}")!);
            _reader = Another();
            _keeper = Another();
            LoadTiers();
        }
        catch (Exception fault) when (fault is DuckDBException or InvalidOperationException)
        {
            _writer.Dispose();
            string hint = fault.Message.Contains("lock", StringComparison.OrdinalIgnoreCase) ? " (a running data center has it: ask that one)" : "";
            throw new HistoryException($"{place}: the history cannot be opened: {FirstLine(fault)}{hint}", fault);
        }
        catch (HistoryException)
        {
            _writer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long Rows => Interlocked.Read(ref _rows);

    /// <summary>Opens a history file; it is made when it does not exist. One process at a time.</summary>
    /// <exception cref="HistoryException">It is no history, of another version, in use, or cannot be made; names the file.</exception>
    public static DuckDbHistoryStore Open(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        return new DuckDbHistoryStore(file, file);
    }

    /// <summary>Opens a history file to read it; no data center may have it open.</summary>
    /// <exception cref="HistoryException">It does not exist, is no history, of another version, or in use; names the file.</exception>
    public static DuckDbHistoryStore OpenReadOnly(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        return File.Exists(file) ? new DuckDbHistoryStore(file, file, readOnly: true) : throw new HistoryException($"{file}: no such file; the history of a data center expected");
    }

    /// <summary>A history that lives as long as the object.</summary>
    public static DuckDbHistoryStore InMemory() => new("history in memory", Memory);

    /// <inheritdoc/>
    public void Write(HistoryBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_writeLock)
        {
            try
            {
                using DuckDBTransaction transaction = _writer.BeginTransaction();
                long added = WriteWindows(_writer, batch.Windows, HistoryTier.Raw) + WriteStates(batch) + WriteAlerts(batch)
                    + WriteDetails(batch.Details) + WriteExemplars(batch);
                NoteLate(batch.Windows);
                WriteMarks(batch);
                transaction.Commit();
                KeepTableRows();
                Interlocked.Add(ref _rows, added);
            }
            catch (Exception fault) when (fault is DuckDBException or InvalidOperationException or IOException)
            {
                throw new HistoryException($"{_place}: rows cannot be stored: {FirstLine(fault)}", fault);
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SenderMark> ReadMarks() => Read(
        "SELECT sender, epoch, sequence FROM senders ORDER BY sender",
        static row => new SenderMark { Sender = row.GetString(0), Epoch = row.GetFieldValue<ulong>(1), Sequence = row.GetFieldValue<ulong>(2) });

    /// <inheritdoc/>
    public IReadOnlyList<OriginMark> ReadOrigins() => Read(
        "SELECT message FROM origins ORDER BY sender, epoch",
        static row => OriginMark.Parser.ParseFrom(Bytes(row, 0)));

    /// <inheritdoc/>
    public IReadOnlyList<Alert> ReadOpenAlerts() => Read(
        "SELECT message FROM alerts WHERE end_ns IS NULL ORDER BY id",
        static row => Alert.Parser.ParseFrom(Bytes(row, 0)));

    /// <inheritdoc/>
    public IReadOnlyList<LinkStatus> ReadLinks() => Read(
        """
        SELECT a, a_port, b, b_port, arg_max(state, since_ns), max(since_ns), arg_max(reason, since_ns)
        FROM link_states GROUP BY a, a_port, b, b_port ORDER BY a, a_port, b, b_port
        """,
        static row => new LinkStatus
        {
            A = row.GetString(0),
            APort = (uint)row.GetInt32(1),
            B = row.GetString(2),
            BPort = (uint)row.GetInt32(3),
            State = Enum.TryParse(row.GetString(4), out LinkState state) ? state : LinkState.Unspecified,
            SinceNs = row.GetInt64(5),
            Reason = row.GetString(6),
        });

    /// <inheritdoc/>
    public Inventory? ReadInventory() => Read(
        "SELECT data FROM meta WHERE name = 'inventory'",
        static row => Inventory.Parser.ParseFrom(Bytes(row, 0))).FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_keepLock)
        {
            _keeper.Dispose();
        }

        lock (_readLock)
        {
            _reader.Dispose();
        }

        lock (_writeLock)
        {
            _writer.Dispose();
        }
    }

    /// <summary>A connection of its own to the same database.</summary>
    private DuckDBConnection Another()
    {
        DuckDBConnection connection = _source is null ? _writer.Duplicate() : new DuckDBConnection(_source);
        connection.Open();
        return connection;
    }

    private static string FirstLine(Exception fault) => fault.Message.Split('\n')[0];

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static byte[] Bytes(DuckDBDataReader row, int column)
    {
        using Stream stream = row.GetStream(column);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    // A file of an earlier program, opened to be read, lacks what came since.
    private bool Exists(string table) => (long)Scalar($"SELECT count(*) FROM information_schema.tables WHERE table_name = '{table}'")! > 0;

    private object? Scalar(string sql)
    {
        using DuckDBCommand command = _writer.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private void CheckVersion(bool readOnly)
    {
        if (Scalar("SELECT value FROM meta WHERE name = 'schema'") is not string version)
        {
            if (readOnly)
            {
                throw new HistoryException($"{_place}: holds no history");
            }

            Execute(_writer, $"INSERT INTO meta VALUES ('schema', '{HistorySchema.Version}', NULL)");
        }
        else if (version != HistorySchema.Version)
        {
            throw new HistoryException(
                $"{_place}: the history has schema {version}, this program reads schema {HistorySchema.Version}; use another file");
        }
    }

    private List<T> Read<T>(string sql, Func<DuckDBDataReader, T> convert, params (string Name, object Value)[] parameters)
    {
        lock (_readLock)
        {
            try
            {
                using DuckDBCommand command = _reader.CreateCommand();
                command.CommandText = sql;
                foreach ((string name, object value) in parameters)
                {
                    command.Parameters.Add(new DuckDBParameter(name, value));
                }

                using DuckDBDataReader reader = command.ExecuteReader();
                List<T> rows = [];
                while (reader.Read())
                {
                    rows.Add(convert(reader));
                }

                return rows;
            }
            catch (Exception fault) when (fault is DuckDBException or InvalidOperationException or InvalidProtocolBufferException)
            {
                throw new HistoryException($"{_place}: the history cannot be read: {FirstLine(fault)}", fault);
            }
        }
    }

    private static string Text(object value) => value switch
    {
        DBNull => "",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
