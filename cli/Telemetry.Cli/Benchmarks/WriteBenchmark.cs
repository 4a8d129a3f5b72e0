using System.CommandLine;
using System.Diagnostics;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Programs;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;

namespace Telemetry.Cli.Benchmarks;

/// <summary>
/// Entries a second over gRPC on loopback into a switch of its own process, in batches of 1,000: through the typed
/// interface, where each entry is made by name while the former batch is under way, and as messages made before.
/// </summary>
internal sealed class WriteBenchmark() : Benchmark("write", "Table entries written and read over P4Runtime: the embedded switch, and BMv2 where it is installed")
{
    private const string Table = "Ingress.ipv4_lpm";
    private const int Room = 1 << 20;
    private const int Batch = 1_000;
    private const int EmbeddedEntries = 300_000;
    private const int Bmv2Entries = 200_000;
    private const int Rounds = 3;
    private const int FleetSize = 64;
    private const int FleetEntries = 1_000;
    private static readonly string[] s_parts = ["embedded", "tables", "traffic", "fleet", "bmv2"];
    private static readonly MatchType[] s_kinds = [MatchType.Exact, MatchType.Lpm, MatchType.Ternary, MatchType.Range];

    private static readonly TimeSpan s_traffic = TimeSpan.FromSeconds(3);
    private readonly Option<string[]> _only = new("--only")
    {
        Description = "Measure only these: embedded, tables, traffic, fleet, bmv2",
        AllowMultipleArgumentsPerToken = true,
    };

    public override IEnumerable<Option> Options
    {
        get
        {
            _only.AcceptOnlyFromAmong(s_parts);
            return [_only];
        }
    }

    public override async Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation)
    {
        string[] parts = parsed.GetValue(_only) is { Length: > 0 } only ? only : s_parts;
        P4Program basic = P4Program.Load(Path.Combine(Checkout.Root(), "p4", "basic"));
        P4Program program = RoomyProgram.Of(basic, Table, Room);
        List<BenchResult> results = [];
        if (parts.Contains("embedded"))
        {
            await using BenchSwitch embedded = BenchSwitch.StartEmbedded();
            progress.WriteLine($"embedded: {Rounds} rounds of {EmbeddedEntries} entries");
            Figures figures = await MeasureAsync(embedded, program, EmbeddedEntries, cancellation).ConfigureAwait(false);
            results.Add(new BenchResult("write-embedded", figures.Typed, "entities/s"));
            results.Add(new BenchResult("write-embedded-raw", figures.Raw, "entities/s"));
            results.Add(new BenchResult("read-embedded", figures.Read, "entities/s"));
            results.Add(new BenchResult("read-embedded-raw", figures.RawRead, "entities/s"));
        }

        if (parts.Contains("tables"))
        {
            progress.WriteLine("tables in memory: exact, lpm, ternary, range");
            results.AddRange(s_kinds.SelectMany(kind => WriteTableRun.Measure(basic, kind, cancellation)));
        }

        if (parts.Contains("traffic"))
        {
            progress.WriteLine($"updates while packets flow at half the switch's rate, {s_traffic.TotalSeconds} s");
            results.AddRange(await WriteTrafficRun.MemoryAsync(s_traffic, progress, cancellation).ConfigureAwait(false));
            if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
            {
                results.AddRange(await WriteTrafficRun.VethAsync(s_traffic, progress, cancellation).ConfigureAwait(false));
            }
            else
            {
                progress.WriteLine("not measured over virtual cables: that needs root on Linux");
            }
        }

        if (parts.Contains("fleet"))
        {
            progress.WriteLine($"embedded: {FleetSize} switches with {FleetEntries} entries each");
            results.Add(new BenchResult("write-64-switches", await FleetSecondsAsync(program, cancellation).ConfigureAwait(false), "s"));
        }

        if (parts.Contains("bmv2"))
        {
            if (BenchSwitch.FindBmv2() is not { } path)
            {
                progress.WriteLine("bmv2: left out, simple_switch_grpc is not on the PATH");
                return results;
            }

            await using BenchSwitch bmv2 = BenchSwitch.StartBmv2(path);
            progress.WriteLine($"bmv2: {Rounds} rounds of {Bmv2Entries} entries");
            Figures figures = await MeasureAsync(bmv2, program, Bmv2Entries, cancellation).ConfigureAwait(false);
            results.Add(new BenchResult("write-bmv2", figures.Typed, "entities/s"));
            results.Add(new BenchResult("write-bmv2-raw", figures.Raw, "entities/s"));
            results.Add(new BenchResult("write-bmv2-ratio", figures.Typed / figures.Raw, "of raw"));
        }

        return results;
    }

    private static async Task<Figures> MeasureAsync(BenchSwitch target, P4Program program, int count, CancellationToken cancellation)
    {
        P4SwitchOptions options = new()
        {
            Name = target.Name,
            DeviceId = 0,
            MaximumBatch = Batch,
            ConnectTimeout = TimeSpan.FromSeconds(60),
            CallTimeout = TimeSpan.FromMinutes(2),
        };
        await using P4Switch client = await P4Switch.ConnectAsync(options, target.Address, cancellation).ConfigureAwait(false);
        using Grpc.Net.Client.GrpcChannel channel = SwitchChannel.Create(target.Address);
        P4.V1.P4Runtime.P4RuntimeClient raw = new(channel);
        ProgramTable table = program.Table(Table);
        List<double> typedRates = [];
        List<double> rawRates = [];
        List<double> readRates = [];
        List<double> rawReadRates = [];
        await client.Pipeline.PushAsync(program, cancellation).ConfigureAwait(false);
        await client.WriteStreamAsync(Entries(table, count / 10), cancellation).ConfigureAwait(false); // warms both sides
        await client.Pipeline.PushAsync(program, cancellation).ConfigureAwait(false);
        await SendAsync(raw, Prebuild(table, client.ElectionId, count / 10), options.WritesInFlight, cancellation).ConfigureAwait(false);
        for (int round = 0; round < Rounds; round++)
        {
            await client.Pipeline.PushAsync(program, cancellation).ConfigureAwait(false);
            rawRates.Add(await RawRateAsync(raw, table, client.ElectionId, count, options.WritesInFlight, cancellation).ConfigureAwait(false));
            GC.Collect(); // what was prebuilt is not the typed client's burden
            await client.Pipeline.PushAsync(program, cancellation).ConfigureAwait(false);
            typedRates.Add(await RateAsync(count, () => client.WriteStreamAsync(Entries(table, count), cancellation)).ConfigureAwait(false));
            readRates.Add(await RateAsync(count, async () =>
            {
                int found = (await client.ReadTableAsync(Table, cancellation: cancellation).ConfigureAwait(false)).Count(e => !e.IsDefault);
                if (found != count)
                {
                    throw new CommandException($"{target.Name}: {found} entries were read, {count} were written");
                }
            }).ConfigureAwait(false));
            rawReadRates.Add(await RateAsync(count, () => ReadRawAsync(raw, program.Index.Tables.Get(Table).Id, target.Name, count, cancellation)).ConfigureAwait(false));
        }

        return new Figures(Median(typedRates), Median(rawRates), Median(readRates), Median(rawReadRates));
    }

    /// <summary>From no connection to the program and all entries on every switch; what they have is then read back.</summary>
    private static async Task<double> FleetSecondsAsync(P4Program program, CancellationToken cancellation)
    {
        SwitchFleet fleet = await SwitchFleet.StartAsync(FleetSize, cancellation).ConfigureAwait(false);
        await using (fleet.ConfigureAwait(false))
        {
            ProgramTable table = program.Table(Table);
            long started = Stopwatch.GetTimestamp();
            P4Switch[] clients = await Task.WhenAll(fleet.Addresses.Select(a => Task.Run(() => ProgramAsync(a, program, table, cancellation), cancellation))).ConfigureAwait(false);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            foreach (P4Switch client in clients)
            {
                int found = (await client.ReadTableAsync(Table, cancellation: cancellation).ConfigureAwait(false)).Count(e => !e.IsDefault);
                await client.DisposeAsync().ConfigureAwait(false);
                if (found != FleetEntries)
                {
                    throw new CommandException($"{client.Name}: {found} entries were read, {FleetEntries} were written");
                }
            }

            return seconds;
        }
    }

    private static async Task<P4Switch> ProgramAsync(string address, P4Program program, ProgramTable table, CancellationToken cancellation)
    {
        P4SwitchOptions options = new()
        {
            Name = address,
            DeviceId = 0,
            MaximumBatch = Batch,
            ConnectTimeout = TimeSpan.FromSeconds(60),
            CallTimeout = TimeSpan.FromMinutes(2),
        };
        P4Switch client = await P4Switch.ConnectAsync(options, address, cancellation).ConfigureAwait(false);
        await client.Pipeline.EnsureAsync(program, cancellation).ConfigureAwait(false);
        await client.WriteStreamAsync(Entries(table, FleetEntries), cancellation).ConfigureAwait(false);
        return client;
    }

    private static async Task<double> RawRateAsync(
        P4.V1.P4Runtime.P4RuntimeClient client, ProgramTable table, UInt128 electionId, int count, int inFlight, CancellationToken cancellation)
    {
        WriteRequest[] prebuilt = Prebuild(table, electionId, count);
        GC.Collect();
        return await RateAsync(count, () => SendAsync(client, prebuilt, inFlight, cancellation)).ConfigureAwait(false);
    }

    /// <summary>Reads all entries of the table as messages.</summary>
    private static async Task ReadRawAsync(P4.V1.P4Runtime.P4RuntimeClient client, uint tableId, string target, int count, CancellationToken cancellation)
    {
        ReadRequest request = new();
        request.Entities.Add(new Entity { TableEntry = new TableEntry { TableId = tableId } });
        int found = 0;
        using Grpc.Core.AsyncServerStreamingCall<ReadResponse> call = client.Read(request, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
        {
            found += call.ResponseStream.Current.Entities.Count(e => !e.TableEntry.IsDefaultAction);
        }

        if (found != count)
        {
            throw new CommandException($"{target}: {found} entries were read, {count} were written");
        }
    }

    private static IEnumerable<P4Update> Entries(ProgramTable table, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int number = i;
            yield return P4Update.Insert(table.Entry(
                m => m.Lpm("hdr.ipv4.dst_addr", Address(number), 32),
                a => a.Call("set_next_hop", ("dst_mac", 0x080000000111L), ("port", (number % 8) + 1))));
        }
    }

    private static WriteRequest[] Prebuild(ProgramTable table, UInt128 electionId, int count) => [.. Entries(table, count).Chunk(Batch).Select(chunk =>
    {
        WriteRequest request = new() { ElectionId = new Uint128 { High = (ulong)(electionId >> 64), Low = (ulong)electionId } };
        request.Updates.AddRange(chunk.Select(u => new Update { Type = Update.Types.Type.Insert, Entity = u.Entry.Entity }));
        return request;
    })];

    private static uint Address(int number) => 0x0A000000u + (uint)number;

    /// <summary>Sends messages with as many under way as the typed client has.</summary>
    private static async Task SendAsync(P4.V1.P4Runtime.P4RuntimeClient client, WriteRequest[] requests, int inFlight, CancellationToken cancellation)
    {
        Queue<Task> running = new();
        foreach (WriteRequest request in requests)
        {
            if (running.Count >= inFlight)
            {
                await running.Dequeue().ConfigureAwait(false);
            }

            running.Enqueue(client.WriteAsync(request, cancellationToken: cancellation).ResponseAsync);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    private static async Task<double> RateAsync(int count, Func<Task> work)
    {
        long started = Stopwatch.GetTimestamp();
        await work().ConfigureAwait(false);
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Figures(double Typed, double Raw, double Read, double RawRead);
}
