using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
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
    private static readonly uint[] Ids =
    [
        .. Info.Tables.Select(t => t.Id), .. Info.Actions.Select(a => a.Id), .. Info.ActionProfiles.Select(p => p.Id), .. Info.Counters.Select(c => c.Id),
        .. Info.Meters.Select(m => m.Id), .. Info.Registers.Select(r => r.Id), .. Info.Digests.Select(d => d.Id), .. Info.ValueSets.Select(s => s.Id),
    ];

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
                fixture.Controller.Send(new StreamMessageRequest { DigestAck = new DigestListAck { DigestId = Ids[random.Next(Ids.Length)], ListId = (ulong)random.Next(9) } });
                break;
            case 3:
                StreamMessageRequest message = new() { Packet = new PacketOut() };
                Fill(message.Packet, random, 0);
                fixture.Controller.Send(message);
                break;
            case 4:
                byte[] json = Json[..random.Next(Json.Length)]; // damage that the reader has to see is its own tests' business
                ConfigAction action = (ConfigAction)random.Next(6);
                fixture.Controller.SetPipeline(random.Next(3) == 0 ? json : Json, Info, action == ConfigAction.Commit ? ConfigAction.ReconcileAndCommit : action);
                break;
            case 5:
                Entity filter = new();
                Fill(filter, random, 0);
                fixture.Controller.Read(filter);
                break;
            default:
                WriteRequest request = new() { ElectionId = new Uint128 { Low = 1 }, Atomicity = (WriteRequest.Types.Atomicity)random.Next(3) };
                for (int i = random.Next(6); i >= 0; i--)
                {
                    Update update = new() { Type = (Update.Types.Type)random.Next(4), Entity = new Entity() };
                    if (random.Next(2) == 0)
                    {
                        update.Entity.TableEntry = Likely(random);
                    }
                    else
                    {
                        Fill(update.Entity, random, 0);
                    }

                    request.Updates.Add(update);
                }

                fixture.Controller.Client.Write(request);
                break;
        }
    }

    /// <summary>An entry that is right, or nearly.</summary>
    private static TableEntry Likely(Random random)
    {
        TableEntry entry = random.Next(5) switch
        {
            0 => Entry("exact_table", $"hdr.probe.a={random.Next(12)}", "mark value=7"),
            1 => Entry("lpm_table", $"hdr.probe.b=10.{random.Next(3)}.0.0/{random.Next(8, 33)}", "set value=7"),
            2 => Entry("acl", $"hdr.probe.a={random.Next(8)}&&&7 hdr.probe.b=3..{random.Next(3, 9)}", "learn", random.Next(1, 4)),
            3 => Entry("vrfs", $"hdr.probe.a={random.Next(5)}", $"enter vrf=v{random.Next(5)} number=7"),
            _ => Key("by_group", $"hdr.probe.a={random.Next(5)}"),
        };
        if (entry.Action is null)
        {
            ActionProfileActionSet set = new();
            for (int i = random.Next(4); i > 0; i--)
            {
                set.ActionProfileActions.Add(new ActionProfileAction { Action = Call("set value=3"), Weight = random.Next(4), WatchPort = random.Next(2) == 0 ? Bytes() : Bytes((byte)random.Next(6)) });
            }

            entry.Action = random.Next(2) == 0 ? new TableAction { ActionProfileActionSet = set } : new TableAction { ActionProfileMemberId = (uint)random.Next(3) };
        }

        if (random.Next(3) == 0)
        {
            Fill(entry, random, 2);
        }

        return entry;
    }

    /// <summary>Sets some fields of a message to likely and unlikely values.</summary>
    private static void Fill(IMessage message, Random random, int depth)
    {
        IList<FieldDescriptor> fields = message.Descriptor.Fields.InDeclarationOrder();
        foreach (FieldDescriptor field in fields)
        {
            bool isOne = field.ContainingOneof is not null;
            if (random.Next(isOne ? fields.Count : depth > 1 ? 4 : 2) != 0)
            {
                continue;
            }

            if (field.IsRepeated)
            {
                System.Collections.IList list = (System.Collections.IList)field.Accessor.GetValue(message);
                for (int i = random.Next(3); i > 0; i--)
                {
                    list.Add(Value(field, random, depth));
                }
            }
            else
            {
                field.Accessor.SetValue(message, Value(field, random, depth));
            }
        }
    }

    private static object Value(FieldDescriptor field, Random random, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                IMessage made = (IMessage)Activator.CreateInstance(field.MessageType.ClrType)!;
                if (depth < 6)
                {
                    Fill(made, random, depth + 1);
                }

                return made;
            case FieldType.UInt32:
                return random.Next(3) == 0 ? (uint)random.Next(6) : random.Next(4) == 0 ? (uint)random.Next() : Ids[random.Next(Ids.Length)];
            case FieldType.Int32:
                return random.Next(4) == 0 ? random.Next() - (1 << 30) : random.Next(40);
            case FieldType.Int64:
                return random.Next(4) == 0 ? random.NextInt64() - (1L << 62) : random.Next(9);
            case FieldType.UInt64:
                return (ulong)random.NextInt64();
            case FieldType.Bool:
                return random.Next(2) == 0;
            case FieldType.Bytes:
                byte[] bytes = new byte[random.Next(8)];
                random.NextBytes(bytes);
                return ByteString.CopyFrom(bytes);
            case FieldType.Enum:
                return Enum.ToObject(field.EnumType.ClrType, random.Next(5));
            default:
                return "x";
        }
    }
}
