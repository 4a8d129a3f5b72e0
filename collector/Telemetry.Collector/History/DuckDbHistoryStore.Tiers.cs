using DuckDB.NET.Data;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.History;

public sealed partial class DuckDbHistoryStore
{
    private const int BucketsAtOnce = 64;
    private const int FlowsInBucket = 20_000;

    private readonly Lock _keepLock = new();
    private readonly Dictionary<HistoryTier, (long RolledNs, long PurgedNs)> _tiers = [];

    /// <inheritdoc/>
    public void Tend(long nowNs, HistoryRetention retention)
    {
        ArgumentNullException.ThrowIfNull(retention);
        lock (_keepLock)
        {
            try
            {
                for (int i = 1; i < HistoryTier.All.Count; i++)
                {
                    RollUp(HistoryTier.All[i - 1], HistoryTier.All[i], nowNs - retention.SettleNs);
                }

                for (int i = 0; i < HistoryTier.All.Count; i++)
                {
                    HistoryTier tier = HistoryTier.All[i];
                    long beforeNs = nowNs - retention.Of(tier);
                    if (i + 1 < HistoryTier.All.Count)
                    {
                        // Only whole windows of the next tier go, and only what that tier has.
                        HistoryTier coarser = HistoryTier.All[i + 1];
                        beforeNs = Math.Min(Floor(beforeNs, coarser.LengthNs), _tiers[coarser].RolledNs);
                    }

                    Purge(tier, beforeNs);
                }

                Thin(nowNs, retention);
                foreach ((string table, string time) in HistorySchema.States)
                {
                    Change(_keeper, $"DELETE FROM {table} WHERE {time} < $before", ("before", nowNs - retention.FiveMinutesNs));
                }

                Checkpoint();
            }
            catch (Exception fault) when (fault is DuckDBException or InvalidOperationException or IOException)
            {
                throw new HistoryException($"{_place}: old rows cannot be condensed: {FirstLine(fault)}", fault);
            }
        }
    }

    /// <summary>Tiers of a span, coarsest and so oldest first, each with the part of the span that it answers for.</summary>
    private List<(HistoryTier Tier, long FromNs, long ToNs)> Cover(long fromNs, long toNs)
    {
        List<(HistoryTier, long, long)> parts = [];
        lock (_writeLock)
        {
            for (int i = HistoryTier.All.Count - 1; i >= 0; i--)
            {
                long partToNs = i == 0 ? toNs : Math.Min(toNs, _tiers[HistoryTier.All[i - 1]].PurgedNs);
                if (fromNs < partToNs)
                {
                    parts.Add((HistoryTier.All[i], fromNs, partToNs));
                    fromNs = partToNs;
                }
            }
        }

        return parts;
    }

    private void LoadTiers()
    {
        foreach (HistoryTier tier in HistoryTier.All)
        {
            _tiers[tier] = (long.MinValue, long.MinValue);
        }

        if (!Exists("tiers"))
        {
            return; // written by a program from before there were tiers, and opened to be read
        }

        foreach ((string name, long rolledNs, long purgedNs) in Read(
            "SELECT tier, rolled_ns, purged_ns FROM tiers", static row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2))))
        {
            if (HistoryTier.All.FirstOrDefault(tier => tier.Name == name) is { } tier)
            {
                _tiers[tier] = (rolledNs, purgedNs);
            }
        }
    }

    /// <summary>Called within a write: windows that came after their coarser one was made will be put into it later.</summary>
    private void NoteLate(IReadOnlyList<Window> windows)
    {
        HistoryTier tier = HistoryTier.TenSeconds;
        long rolledNs = _tiers[tier].RolledNs;
        HashSet<long> late = [];
        foreach (Window window in windows)
        {
            if (window.StartNs < rolledNs)
            {
                late.Add(Floor(window.StartNs, tier.LengthNs));
            }
        }

        foreach (long startNs in late)
        {
            Upsert("INSERT INTO late VALUES ($tier, $start)", ("tier", tier.Name), ("start", startNs));
        }
    }

    private void RollUp(HistoryTier finer, HistoryTier tier, long settledNs)
    {
        foreach (long startNs in LateOf(tier))
        {
            Make(finer, tier, startNs, again: true);
        }

        long endNs = Floor(settledNs, tier.LengthNs);
        if (finer.LengthNs > 0)
        {
            endNs = Math.Min(endNs, Floor(_tiers[finer].RolledNs, tier.LengthNs));
        }

        for (int i = 0; i < BucketsAtOnce; i++)
        {
            long? oldestNs = First(
                $"SELECT min(start_ns) FROM windows{finer.Suffix} WHERE start_ns >= $from AND start_ns < $to",
                ("from", _tiers[tier].RolledNs), ("to", endNs));
            if (oldestNs is null)
            {
                return;
            }

            Make(finer, tier, Floor(oldestNs.Value, tier.LengthNs), again: false);
        }
    }

    /// <summary>Puts the write-ahead log into the file, and with it frees the memory that mirrors it. While a transaction is open the engine refuses: the next time will do.</summary>
    private void Checkpoint()
    {
        if (_source is null)
        {
            return;
        }

        try
        {
            lock (_writeLock)
            {
                Execute(_keeper, "CHECKPOINT");
            }
        }
        catch (DuckDBException fault) when (fault.Message.Contains("CHECKPOINT", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }
    }

    private List<long> LateOf(HistoryTier tier)
    {
        List<long> starts = [];
        using DuckDBCommand command = _keeper.CreateCommand();
        command.CommandText = "SELECT DISTINCT start_ns FROM late WHERE tier = $tier ORDER BY start_ns";
        command.Parameters.Add(new DuckDBParameter("tier", tier.Name));
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            starts.Add(reader.GetInt64(0));
        }

        return starts;
    }

    /// <summary>Makes one window of a tier, in one transaction with the mark that says so.</summary>
    private void Make(HistoryTier finer, HistoryTier tier, long startNs, bool again)
    {
        long formerNs = _tiers[tier].RolledNs;
        try
        {
            MakeWhole(finer, tier, startNs, again);
        }
        catch
        {
            lock (_writeLock)
            {
                _tiers[tier] = _tiers[tier] with { RolledNs = formerNs };
            }

            throw;
        }
    }

    private void MakeWhole(HistoryTier finer, HistoryTier tier, long startNs, bool again)
    {
        long endNs = startNs + tier.LengthNs;
        DuckDBTransaction transaction;
        lock (_writeLock)
        {
            // From here on whatever is written below the mark is noted as late, and all that came before is seen below.
            _tiers[tier] = _tiers[tier] with { RolledNs = Math.Max(_tiers[tier].RolledNs, endNs) };
            transaction = _keeper.BeginTransaction();
            First("SELECT count(*) FROM tiers");
        }

        using (transaction)
        {
            // What the finer tier no longer has is in the coarser window already.
            RunTotals totals = new(FlowsInBucket, ValueHistogram.WindowLimit);
            bool whole = startNs >= _tiers[finer].PurgedNs;
            if (again && !whole)
            {
                AddAll(totals, tier, startNs, startNs + 1);
            }

            AddAll(totals, finer, startNs, endNs);
            if (again)
            {
                foreach (string table in HistorySchema.Tiered)
                {
                    Change(_keeper, $"DELETE FROM {table}{tier.Suffix} WHERE start_ns = $start", ("start", startNs));
                }

                Change(_keeper, "DELETE FROM late WHERE tier = $tier AND start_ns = $start", ("tier", tier.Name), ("start", startNs));
                NoteCoarser(tier, startNs);
                if (!whole)
                {
                    // Taken up now, so that the next late one does not add it a second time.
                    foreach (string table in HistorySchema.Tiered)
                    {
                        Change(_keeper, $"DELETE FROM {table}{finer.Suffix} WHERE start_ns >= $from AND start_ns < $to", ("from", startNs), ("to", endNs));
                    }
                }
            }

            WriteWindows(_keeper, [ToWindow(totals, startNs, tier.LengthNs)], tier);
            SaveTier(tier);
            transaction.Commit();
        }
    }

    private void NoteCoarser(HistoryTier tier, long startNs)
    {
        int next = HistoryTier.All.ToList().IndexOf(tier) + 1;
        if (next < HistoryTier.All.Count && startNs < _tiers[HistoryTier.All[next]].RolledNs)
        {
            HistoryTier coarser = HistoryTier.All[next];
            Change(_keeper, "INSERT INTO late VALUES ($tier, $start)", ("tier", coarser.Name), ("start", Floor(startNs, coarser.LengthNs)));
        }
    }

    private void AddAll(RunTotals totals, HistoryTier tier, long fromNs, long toNs)
    {
        foreach (Window window in ReadTier(_keeper, tier, fromNs, toNs))
        {
            totals.Add(window);
        }
    }

    private static Window ToWindow(RunTotals totals, long startNs, long lengthNs)
    {
        Totals sums = new();
        totals.WriteTo(sums);
        Window window = new() { StartNs = startNs, LengthNs = lengthNs, FlowPacketsOmitted = totals.FlowPacketsOmitted };
        window.Ports.AddRange(sums.Ports);
        window.Links.AddRange(sums.Links);
        window.Flows.AddRange(sums.Flows);
        return window;
    }

    private void Purge(HistoryTier tier, long beforeNs)
    {
        if (First($"SELECT min(start_ns) FROM windows{tier.Suffix} WHERE start_ns < $before", ("before", beforeNs)) is null)
        {
            return;
        }

        lock (_writeLock)
        {
            _tiers[tier] = _tiers[tier] with { PurgedNs = Math.Max(_tiers[tier].PurgedNs, beforeNs) };
        }

        using DuckDBTransaction transaction = _keeper.BeginTransaction();
        foreach (string table in HistorySchema.Tiered)
        {
            Change(_keeper, $"DELETE FROM {table}{tier.Suffix} WHERE start_ns < $before", ("before", beforeNs));
        }

        SaveTier(tier);
        transaction.Commit();
    }

    private void SaveTier(HistoryTier tier) => Change(
        _keeper,
        "INSERT OR REPLACE INTO tiers VALUES ($tier, $rolled, $purged)",
        ("tier", tier.Name), ("rolled", _tiers[tier].RolledNs), ("purged", _tiers[tier].PurgedNs));

    private long? First(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using DuckDBCommand command = _keeper.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.Add(new DuckDBParameter(name, value));
        }

        return command.ExecuteScalar() is long number ? number : null;
    }

    private static long Floor(long ns, long stepNs) => ns < 0 ? ns : ns - (ns % stepNs);
}
