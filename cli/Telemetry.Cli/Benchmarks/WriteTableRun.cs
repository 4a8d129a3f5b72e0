using System.Diagnostics;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;
using MatchType = P4.Config.V1.MatchField.Types.MatchType;
using Switch = Telemetry.SoftSwitch.Switching.Switch;

namespace Telemetry.Cli.Benchmarks;

/// <summary>Entries inserted and modified in process, one thread, for each kind of key: what the service and the tables cost without the network.</summary>
internal static class WriteTableRun
{
    private const string Table = "Ingress.ipv4_lpm";
    private const string Key = "hdr.ipv4.dst_addr";
    private const int Entries = 100_000;
    private const int Batch = 1_000;
    private const int Rounds = 3;

    /// <param name="program">p4/basic.</param>
    /// <param name="kind">The kind that its routes' key has.</param>
    /// <param name="cancellation">Ends the measurement early.</param>
    public static IReadOnlyList<BenchResult> Measure(P4Program program, MatchType kind, CancellationToken cancellation)
    {
        P4Program changed = RoomyProgram.Of(program, Table, Entries, kind);
        WriteRequest[] inserts = Requests(changed.Table(Table), kind, Update.Types.Type.Insert);
        WriteRequest[] modifies = Requests(changed.Table(Table), kind, Update.Types.Type.Modify);
        List<double> insertRates = [];
        List<double> modifyRates = [];
        for (int round = 0; round <= Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            using EventLoop loop = new();
            P4.V1.P4Runtime.P4RuntimeClient client = new(InProcessCallInvoker.For(new Switch(loop, new SwitchOptions { Name = "bench" }).Service));
            AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> stream = client.StreamChannel(cancellationToken: CancellationToken.None);
            stream.RequestStream.WriteAsync(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { ElectionId = new Uint128 { Low = 1 } } }, CancellationToken.None).Wait(CancellationToken.None);
            client.SetForwardingPipelineConfig(
                new SetForwardingPipelineConfigRequest
                {
                    ElectionId = new Uint128 { Low = 1 },
                    Action = SetForwardingPipelineConfigRequest.Types.Action.VerifyAndCommit,
                    Config = new ForwardingPipelineConfig { P4Info = changed.Index.Info, P4DeviceConfig = changed.DeviceConfig },
                },
                cancellationToken: CancellationToken.None);
            GC.Collect();
            double inserted = Rate(client, inserts);
            double modified = Rate(client, modifies);
            stream.Dispose();
            if (round > 0)
            {
                insertRates.Add(inserted); // the first round compiles
                modifyRates.Add(modified);
            }
        }

        string name = kind.ToString().ToLowerInvariant();
        return [new($"insert-{name}-memory", Median(insertRates), "entities/s"), new($"modify-{name}-memory", Median(modifyRates), "entities/s")];
    }

    private static double Rate(P4.V1.P4Runtime.P4RuntimeClient client, WriteRequest[] requests)
    {
        long started = Stopwatch.GetTimestamp();
        foreach (WriteRequest request in requests)
        {
            client.Write(request, cancellationToken: CancellationToken.None);
        }

        return Entries / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static WriteRequest[] Requests(ProgramTable table, MatchType kind, Update.Types.Type type) => [.. Enumerable.Range(0, Entries).Chunk(Batch).Select(chunk =>
    {
        WriteRequest request = new() { ElectionId = new Uint128 { Low = 1 } };
        request.Updates.AddRange(chunk.Select(i => new Update { Type = type, Entity = Entry(table, kind, i).Entry.Entity }));
        return request;
    })];

    private static P4Update Entry(ProgramTable table, MatchType kind, int number)
    {
        uint address = 0x0A000000u + ((uint)number << 4);
        return P4Update.Insert(table.Entry(
            m =>
            {
                switch (kind)
                {
                    case MatchType.Exact:
                        m.Exact(Key, address);
                        break;
                    case MatchType.Lpm:
                        m.Lpm(Key, address, 28 + (number % 5));
                        break;
                    case MatchType.Ternary:
                        m.Ternary(Key, address, 0xFFFFFFF0u | (uint)(number % 16));
                        break;
                    default:
                        m.Range(Key, address, address + 15 + ((uint)number % 50));
                        break;
                }
            },
            a => a.Call("set_next_hop", ("dst_mac", 0x080000000111L), ("port", (number % 8) + 1)),
            kind is MatchType.Exact or MatchType.Lpm ? 0 : 1 + (number % 1000)));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
