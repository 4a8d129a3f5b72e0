using System.Globalization;
using System.Text.Json.Nodes;
using P4.Config.V1;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.Controller.RuntimeFiles;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Shell;

/// <summary>Commands that change nothing.</summary>
public sealed partial class P4Shell
{
    private void AddReads()
    {
        Add("info", "[OBJECT]", "The switch and its program, or one table, action, counter, ...", ShellArgument.Object, InfoAsync);
        Add("entries", "[TABLE] [--counters] [--text]", "Table entries; --text as a file of entries has them", ShellArgument.Table, EntriesAsync);
        Add("counters", "[NAME[CELL]]", "Counters, indirect and of table entries", ShellArgument.Counter, CountersAsync);
        Add("meters", "[NAME[CELL]]", "Settings of meters", ShellArgument.Meter, MetersAsync);
        Add("registers", "NAME[CELL]", "Registers", ShellArgument.Register, RegistersAsync);
        Add("members", "[PROFILE]", "Members of action profiles", ShellArgument.Profile, (l, o, c) => ListAsync(l, o, p => EntityFilter.Members(p, Name(l)), c));
        Add("groups", "[PROFILE]", "Groups of action selectors", ShellArgument.Profile, (l, o, c) => ListAsync(l, o, p => EntityFilter.Groups(p, Name(l)), c));
        Add("multicast", "[GROUP]", "Multicast groups", ShellArgument.Nothing, (l, o, c) => ListAsync(l, o, _ => EntityFilter.MulticastGroups(Id(l)), c));
        Add("clone", "[SESSION]", "Clone sessions", ShellArgument.Nothing, (l, o, c) => ListAsync(l, o, _ => EntityFilter.CloneSessions(Id(l)), c));
        Add("value-sets", "[NAME]", "Parser value sets", ShellArgument.ValueSet, (l, o, c) => ListAsync(l, o, p => EntityFilter.ValueSet(p, Name(l)), c));
    }

    private static string? Name(ShellLine line) => line.Rest.Length == 0 ? null : line.Rest;

    private static uint Id(ShellLine line) => line.Rest.Length == 0 ? 0
        : uint.TryParse(line.Rest, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id
        : throw new ShellException($"{line.Command}: '{line.Rest}' is no id");

    private async Task InfoAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        P4Switch reader = await ReaderAsync(cancellation).ConfigureAwait(false);
        if (line.Rest.Length > 0)
        {
            output.Write(ProgramText.Describe((await ProgramAsync(cancellation).ConfigureAwait(false)).Index, line.Rest));
            return;
        }

        string version = await reader.ReadApiVersionAsync(cancellation).ConfigureAwait(false);
        TargetCapabilities target = await reader.TargetAsync(cancellation).ConfigureAwait(false);
        ulong? cookie = await reader.Pipeline.ReadCookieAsync(cancellation).ConfigureAwait(false);
        if (IsJson(line))
        {
            JsonObject json = new()
            {
                ["p4runtime"] = version,
                ["target"] = target.Name,
                ["cookie"] = cookie is { } number ? $"0x{number:x}" : null,
                ["program"] = reader.Program is { } program ? ProgramText.ToJson(program.Index) : null,
            };
            WriteJson(output, json);
            return;
        }

        output.WriteLine($"P4Runtime {version}, target {target.Name}{(cookie is { } c ? $", cookie 0x{c:x}" : ", no program")}");
        if (reader.Program is { } running)
        {
            output.Write(ProgramText.Summary(running.Index));
        }
    }

    private async Task EntriesAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        P4Program program = await ProgramAsync(cancellation).ConfigureAwait(false);
        P4Switch reader = await ReaderAsync(cancellation).ConfigureAwait(false);
        string? table = Name(line);
        List<P4Entry> entries = [.. await reader.ReadEntriesAsync(EntityFilter.Table(program.Index, table, line.Has("--counters")), cancellation).ConfigureAwait(false)];
        entries = [.. EntryFile.Sorted(entries)];
        if (IsJson(line))
        {
            WriteJson(output, new JsonArray([.. entries.Select(EntryJson.Of)]));
        }
        else if (line.Has("--text"))
        {
            output.Write(EntryFile.Format(entries));
        }
        else
        {
            EntryTables.Write(output, entries, line.Has("--counters"));
            output.WriteLine(entries.Count == 1 ? "1 entry" : $"{entries.Count} entries");
        }
    }

    private async Task CountersAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        P4InfoIndex index = (await ProgramAsync(cancellation).ConfigureAwait(false)).Index;
        await CellsAsync(line, output, index.Counters, index.DirectCounters, c => c.TableId, (name, cell) => EntityFilter.Counter(index, name, cell), table => EntityFilter.DirectCounters(index, table), index, cancellation).ConfigureAwait(false);
    }

    private async Task MetersAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        P4InfoIndex index = (await ProgramAsync(cancellation).ConfigureAwait(false)).Index;
        await CellsAsync(line, output, index.Meters, index.DirectMeters, m => m.TableId, (name, cell) => EntityFilter.Meter(index, name, cell), table => EntityFilter.DirectMeters(index, table), index, cancellation).ConfigureAwait(false);
    }

    /// <summary>Lists arrays and what belongs to tables: all of a kind, one array or one of its cells, or one table's.</summary>
    private async Task CellsAsync<T>(
        ShellLine line,
        TextWriter output,
        NameIndex<T> arrays,
        NameIndex<T> ofTables,
        Func<T, uint> tableOf,
        Func<string, long?, Entity> array,
        Func<string, Entity> ofTable,
        P4InfoIndex index,
        CancellationToken cancellation)
        where T : class, INamedObject
    {
        (string? name, long? cell) = Cell(line);
        Entity OfTable(T item) => ofTable(index.Tables.Get(tableOf(item)).Name);
        IEnumerable<Entity> filters = name is null ? [.. arrays.Select(a => array(a.Name, null)), .. ofTables.Select(OfTable)]
            : ofTables.TryGet(name, out T? direct) ? [OfTable(direct)]
            : [array(name, cell)];
        await ListAsync(line, output, [.. filters], cancellation, skipZero: cell is null).ConfigureAwait(false);
    }

    private async Task RegistersAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        P4InfoIndex index = (await ProgramAsync(cancellation).ConfigureAwait(false)).Index;
        (string? name, long? cell) = Cell(line);
        IEnumerable<Entity> filters = name is null
            ? index.Registers.Select(r => EntityFilter.Register(index, r.Name))
            : [EntityFilter.Register(index, name, cell)];
        await ListAsync(line, output, [.. filters], cancellation, skipZero: cell is null).ConfigureAwait(false);
    }

    private async Task ListAsync(ShellLine line, TextWriter output, Func<P4InfoIndex, Entity> filter, CancellationToken cancellation)
    {
        P4Program program = await ProgramAsync(cancellation).ConfigureAwait(false);
        await ListAsync(line, output, [filter(program.Index)], cancellation).ConfigureAwait(false);
    }

    private async Task ListAsync(
        ShellLine line, TextWriter output, IReadOnlyList<Entity> filters, CancellationToken cancellation, bool skipZero = false)
    {
        P4Switch reader = await ReaderAsync(cancellation).ConfigureAwait(false);
        List<P4Entry> found = [];
        foreach (Entity filter in filters)
        {
            found.AddRange(await reader.ReadEntriesAsync(filter, cancellation).ConfigureAwait(false));
        }

        if (IsJson(line))
        {
            WriteJson(output, new JsonArray([.. found.Select(EntryJson.Of)]));
            return;
        }

        // Most cells of an array are untouched: they are counted instead of shown.
        int zero = 0;
        foreach (P4Entry entry in found)
        {
            if (skipZero && IsUntouched(entry.Entity))
            {
                zero++;
                continue;
            }

            output.WriteLine(entry.Text);
        }

        if (zero > 0)
        {
            output.WriteLine($"{zero} {(zero == found.Count ? "" : "other ")}cell{(zero == 1 ? "" : "s")} untouched");
        }
        else if (found.Count == 0)
        {
            output.WriteLine("none");
        }
    }

    private static bool IsUntouched(Entity entity) => entity.EntityCase switch
    {
        Entity.EntityOneofCase.CounterEntry => entity.CounterEntry.Data is null or { PacketCount: 0, ByteCount: 0 },
        Entity.EntityOneofCase.DirectCounterEntry => entity.DirectCounterEntry.Data is null or { PacketCount: 0, ByteCount: 0 },
        Entity.EntityOneofCase.MeterEntry => entity.MeterEntry.Config is null,
        Entity.EntityOneofCase.DirectMeterEntry => entity.DirectMeterEntry.Config is null,
        Entity.EntityOneofCase.RegisterEntry => entity.RegisterEntry.Data?.Bitstring is { } bits && !bits.IsEmpty && bits.Span.IndexOfAnyExcept((byte)0) < 0,
        _ => false,
    };

    private static (string? Name, long? Cell) Cell(ShellLine line)
    {
        string text = line.Rest.Replace(" ", "", StringComparison.Ordinal);
        if (text.Length == 0)
        {
            return (null, null);
        }

        int bracket = text.LastIndexOf('[');
        if (bracket < 0)
        {
            return (text, null);
        }

        string cell = text[(bracket + 1)..].TrimEnd(']');
        return cell == "*" ? (text[..bracket], null)
            : long.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? (text[..bracket], number)
            : throw new ShellException($"{line.Command}: '[{cell}' is no cell; expected a number such as [3]");
    }
}
