using Google.Protobuf;
using Google.Protobuf.Reflection;
using P4.V1;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;

namespace Telemetry.SoftSwitch.Tests.Service;

/// <summary>Random requests for tests/data/p4/service: right, nearly right and wrong.</summary>
internal static class RandomEntities
{
    private static readonly uint[] Ids =
    [
        .. Info.Tables.Select(t => t.Id), .. Info.Actions.Select(a => a.Id), .. Info.ActionProfiles.Select(p => p.Id), .. Info.Counters.Select(c => c.Id),
        .. Info.Meters.Select(m => m.Id), .. Info.Registers.Select(r => r.Id), .. Info.Digests.Select(d => d.Id), .. Info.ValueSets.Select(s => s.Id),
    ];

    public static uint Id(Random random) => Ids[random.Next(Ids.Length)];

    /// <summary>One to six updates of device 0 by the primary of election 1.</summary>
    public static WriteRequest Request(Random random)
    {
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

        return request;
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
    public static void Fill(IMessage message, Random random, int depth)
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
