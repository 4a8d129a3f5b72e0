using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using P4.V1;
using Telemetry.Controller.Client;

namespace Telemetry.Controller.Tests.Client;

/// <summary>Requests as bytes are, byte for byte, what the library makes of them.</summary>
public sealed class WriteEncodingTests
{
    private const int Requests = 2000;

    [Fact]
    public void Encode_RandomRequests_AreTheLibrarysBytes()
    {
        Random random = new(4);
        for (int i = 0; i < Requests; i++)
        {
            WriteRequest request = RequestOf(random, random.Next(12));
            using BackwardWriter to = new(random.Next(1, 4000)); // often too small
            WriteEncoding.Encode(request, to);
            Assert.Equal(request.ToByteArray(), to.Written.ToArray());
        }
    }

    [Fact]
    public void Encode_EmptyRequest_IsNoBytes()
    {
        using BackwardWriter to = new(1);
        WriteEncoding.Encode(new WriteRequest(), to);
        Assert.True(to.Written.IsEmpty);
    }

    private static WriteRequest RequestOf(Random random, int updates)
    {
        WriteRequest request = new()
        {
            DeviceId = Large(random),
            RoleId = Large(random),
            Role = random.Next(2) == 0 ? "" : "rôle",
            Atomicity = (WriteRequest.Types.Atomicity)random.Next(3),
            ElectionId = random.Next(4) == 0 ? null : new Uint128 { High = Large(random), Low = Large(random) },
        };
        for (int i = 0; i < updates; i++)
        {
            request.Updates.Add(new Update { Type = (Update.Types.Type)random.Next(4), Entity = EntityOf(random) });
        }

        return request;
    }

    private static Entity? EntityOf(Random random) => random.Next(10) switch
    {
        0 => null,
        1 => new Entity(),
        2 => new Entity { ActionProfileMember = new ActionProfileMember { MemberId = 7, Action = ActionOf(random) } },
        3 => new Entity { CounterEntry = new CounterEntry { CounterId = 1, Index = new P4.V1.Index { Index_ = -1 } } },
        _ => new Entity { TableEntry = EntryOf(random) },
    };

    private static TableEntry EntryOf(Random random)
    {
        TableEntry entry = new()
        {
            TableId = (uint)Large(random),
            Priority = random.Next(3) == 0 ? 0 : random.Next(int.MinValue, int.MaxValue),
            ControllerMetadata = Large(random),
            IsDefaultAction = random.Next(4) == 0,
            IdleTimeoutNs = random.Next(3) == 0 ? 0 : random.NextInt64(long.MinValue, long.MaxValue),
            Metadata = BytesOf(random),
            IsConst = random.Next(10) == 0,
            MeterConfig = random.Next(10) == 0 ? new MeterConfig { Cir = 1 } : null,
            CounterData = random.Next(10) == 0 ? new CounterData { PacketCount = 1 } : null,
            MeterCounterData = random.Next(10) == 0 ? new MeterCounterData() : null,
            TimeSinceLastHit = random.Next(10) == 0 ? new TableEntry.Types.IdleTimeout { ElapsedNs = 1 } : null,
            Action = random.Next(8) switch
            {
                0 => null,
                1 => new TableAction { ActionProfileGroupId = 3 },
                2 => new TableAction { ActionProfileActionSet = new ActionProfileActionSet { ActionProfileActions = { new ActionProfileAction { Weight = 2 } } } },
                _ => new TableAction { Action = ActionOf(random) },
            },
        };
        for (int i = random.Next(4); i > 0; i--)
        {
            entry.Match.Add(MatchOf(random));
        }

        return entry;
    }

    private static FieldMatch MatchOf(Random random)
    {
        FieldMatch match = new() { FieldId = (uint)Large(random) };
        switch (random.Next(7))
        {
            case 0:
                match.Exact = new FieldMatch.Types.Exact { Value = BytesOf(random) };
                break;
            case 1:
                match.Ternary = new FieldMatch.Types.Ternary { Value = BytesOf(random), Mask = BytesOf(random) };
                break;
            case 2:
                match.Lpm = new FieldMatch.Types.LPM { Value = BytesOf(random), PrefixLen = random.Next(-1, 129) };
                break;
            case 3:
                match.Range = new FieldMatch.Types.Range { Low = BytesOf(random), High = BytesOf(random) };
                break;
            case 4:
                match.Optional = new FieldMatch.Types.Optional { Value = BytesOf(random) };
                break;
            case 5:
                match.Other = new Any { TypeUrl = "x", Value = BytesOf(random) };
                break;
        }

        return match;
    }

    private static P4.V1.Action ActionOf(Random random)
    {
        P4.V1.Action action = new() { ActionId = (uint)Large(random) };
        for (int i = random.Next(3); i > 0; i--)
        {
            action.Params.Add(new P4.V1.Action.Types.Param { ParamId = (uint)i, Value = BytesOf(random) });
        }

        return action;
    }

    private static ulong Large(Random random) => random.Next(4) == 0 ? 0 : (ulong)random.NextInt64() << 1 >> random.Next(64);

    private static ByteString BytesOf(Random random)
    {
        byte[] bytes = new byte[random.Next(4) == 0 ? random.Next(300) : random.Next(17)];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
