using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using P4.V1;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using ConfigAction = P4.V1.SetForwardingPipelineConfigRequest.Types.Action;

namespace Telemetry.SoftSwitch.Tests.Service;

/// <summary>
/// Random writes, reads, packets, port changes and pipelines. TELEMETRY_FUZZ_SECONDS runs them for longer and with
/// another seed each time; the seed is part of every failure.
/// </summary>
public sealed class RandomWritesTests
{
    private static readonly Entity[] Everything =
    [
        Of(new TableEntry { MeterConfig = new(), CounterData = new(), MeterCounterData = new() }), Of(new TableEntry { IsDefaultAction = true }), new Entity { ActionProfileMember = new() },
        new Entity { ActionProfileGroup = new() }, new Entity { CounterEntry = new() }, new Entity { RegisterEntry = new() }, new Entity { MeterEntry = new() { CounterData = new() } },
        new Entity { PacketReplicationEngineEntry = new() }, new Entity { ValueSetEntry = new() }, new Entity { DigestEntry = new() }, new Entity { DirectCounterEntry = new() }, new Entity { DirectMeterEntry = new() },
    ];

    [Fact]
    public void RandomWrites_NeverBreakTheSwitch()
    {
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_FUZZ_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : 0;
        int seed = seconds > 0 ? Environment.TickCount : 1;
        Random random = new(seed);
        using ServiceFixture fixture = new();
        long until = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        int rounds = 0;
        do
        {
            for (int i = 0; i < 300; i++)
            {
                try
                {
                    Step(fixture, random);
                }
                catch (RpcException fault) when (fault.StatusCode is StatusCode.Unknown or StatusCode.InvalidArgument && fault.Trailers.Any(t => t.IsBinary))
                {
                    // An update that the switch refused, told one by one.
                }
                catch (RpcException fault) when (fault.StatusCode is StatusCode.InvalidArgument)
                {
                    // A request that is wrong as a whole.
                }
                catch (Exception fault)
                {
                    Assert.Fail($"seed {seed}, round {rounds}: {fault}");
                }
            }

            rounds++;
            foreach (Entity filter in Everything)
            {
                fixture.Controller.Read(filter);
            }

            ReadsBack(fixture, seed);
        }
        while (rounds < 12 || Stopwatch.GetTimestamp() < until);

        // After all that the switch does what it is told.
        fixture.Controller.SetPipeline(Json, Info);
        fixture.Bench.Switch.SetPortUp(1, true);
        fixture.Bench.Switch.SetPortUp(2, true);
        fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=7"));
        Assert.Equal(7, fixture.Probe(5));
    }

    /// <summary>What is read of the tables can be deleted and written again, and is then read the same.</summary>
    private static void ReadsBack(ServiceFixture fixture, int seed)
    {
        foreach (TableEntry entry in fixture.Read(new TableEntry { MeterConfig = new() }).Where(e => !e.IsConst).Take(40))
        {
            fixture.Controller.Write(Update.Types.Type.Delete, Of(entry));
            fixture.Controller.Write(Update.Types.Type.Insert, Of(entry));
            TableEntry filter = new() { TableId = entry.TableId, Match = { entry.Match }, Priority = entry.Priority, MeterConfig = new() };
            Assert.True(fixture.Read(filter).Contains(entry), $"seed {seed}: {entry} reads back as {string.Join(" and ", fixture.Read(filter))}");
        }
    }

    private static void Step(ServiceFixture fixture, Random random)
    {
        switch (random.Next(20))
        {
            case 0:
                byte[] frame = new byte[random.Next(80)];
                random.NextBytes(frame);
                fixture.Bench.Switch.Receive(random.Next(512), frame);
                fixture.Run(random.Next(20));
                break;
            case 1:
                fixture.Bench.Switch.SetPortUp(random.Next(5), random.Next(2) == 0);
                break;
            case 2:
                fixture.Controller.Send(new StreamMessageRequest { DigestAck = new DigestListAck { DigestId = RandomEntities.Id(random), ListId = (ulong)random.Next(9) } });
                break;
            case 3:
                StreamMessageRequest message = new() { Packet = new PacketOut() };
                RandomEntities.Fill(message.Packet, random, 0);
                fixture.Controller.Send(message);
                break;
            case 4:
                byte[] json = Json[..random.Next(Json.Length)]; // damage that the reader has to see is its own tests' business
                ConfigAction action = (ConfigAction)random.Next(6);
                fixture.Controller.SetPipeline(random.Next(3) == 0 ? json : Json, Info, action == ConfigAction.Commit ? ConfigAction.ReconcileAndCommit : action);
                break;
            case 5:
                Entity filter = new();
                RandomEntities.Fill(filter, random, 0);
                fixture.Controller.Read(filter);
                break;
            default:
                fixture.Controller.Client.Write(RandomEntities.Request(random));
                break;
        }
    }
}
