using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Hosting;

/// <summary>What the switch sends by itself, over the network: digests, idle timeouts, packets.</summary>
public sealed class StreamTests
{
    private static readonly uint Learn = Info.Digests[0].Id;

    [Fact]
    public async Task Digests_FillListsAndComeAgainOnlyOnceAcknowledged()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        await served.WriteAsync(Type.Insert, Of(Entry("acl", "hdr.probe.flags=1", "learn", 1)), Digest(maxListSize: 3, maxTimeoutNs: 3_600_000_000_000, ackTimeoutNs: 3_600_000_000_000));
        foreach (int a in (int[])[1, 2, 1, 2, 3])
        {
            await served.ProbeAsync(a, flags: 1);
        }

        DigestList first = (await served.NextAsync(m => m.Digest is not null)).Digest;
        Assert.Equal([1, 2, 3], Values(first));
        foreach (int a in (int[])[1, 2, 3, 4, 5, 3, 6]) // 1 to 3 wait for their acknowledgement
        {
            await served.ProbeAsync(a, flags: 1);
        }

        DigestList second = (await served.NextAsync(m => m.Digest is not null)).Digest;
        Assert.Equal([4, 5, 6], Values(second));
        Assert.NotEqual(first.ListId, second.ListId);
        await served.SendAsync(new StreamMessageRequest { DigestAck = new DigestListAck { DigestId = Learn, ListId = first.ListId } });
        await served.SendAsync(new StreamMessageRequest { DigestAck = new DigestListAck { DigestId = 99 } });
        StreamError unknown = (await served.NextAsync(m => m.Error is not null)).Error; // answered in order: the first one has been taken
        Assert.Equal((int)StatusCode.InvalidArgument, unknown.CanonicalCode);
        Assert.Contains("no digest has id 99; digests: ", unknown.Message, StringComparison.Ordinal);
        foreach (int a in (int[])[4, 1, 2, 3])
        {
            await served.ProbeAsync(a, flags: 1);
        }

        Assert.Equal([1, 2, 3], Values((await served.NextAsync(m => m.Digest is not null)).Digest));
    }

    [Fact]
    public async Task Digests_ShortTimeouts_SendWhatThereIsAndForgetWhatIsNotAcknowledged()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        await served.WriteAsync(Type.Insert, Of(Entry("acl", "hdr.probe.flags=1", "learn", 1)), Digest(maxListSize: 100, maxTimeoutNs: 1_000_000, ackTimeoutNs: 1_000_000));
        await served.ProbeAsync(7, flags: 1);
        Assert.Equal([7], Values((await served.NextAsync(m => m.Digest is not null)).Digest));
        Task<StreamMessageResponse> again = served.NextAsync(m => m.Digest is not null);
        while (!again.IsCompleted)
        {
            await served.ProbeAsync(7, flags: 1);
            await Task.Delay(5);
        }

        Assert.Equal([7], Values((await again).Digest));
        await served.WriteAsync(Type.Delete, new Entity { DigestEntry = new DigestEntry { DigestId = Learn } });
    }

    [Fact]
    public async Task IdleTimeout_EntryWithoutHits_IsToldWithItsKeyAndMetadata()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        TableEntry idle = Entry("exact_table", "hdr.probe.a=5", "mark value=7");
        idle.IdleTimeoutNs = 20_000_000;
        idle.Metadata = Bytes(1, 2, 3);
        await served.WriteAsync(Type.Insert, Of(idle), Of(Entry("exact_table", "hdr.probe.a=6", "mark value=7")));
        IdleTimeoutNotification told = (await served.NextAsync(m => m.IdleTimeoutNotification is not null)).IdleTimeoutNotification;
        TableEntry expected = idle.Clone();
        expected.Action = null;
        Assert.Equal(expected, Assert.Single(told.TableEntry));
    }

    [Fact]
    public async Task Packets_InAndOut_CarryTheirMetadata()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        await served.WriteAsync(Type.Insert, Of(Entry("acl", "hdr.probe.flags=2", "punt", 1)));
        await served.ProbeAsync(5, flags: 2, port: 1);
        PacketIn packet = (await served.NextAsync(m => m.Packet is not null)).Packet;
        Assert.Equal("01020005000000000000", Convert.ToHexString(packet.Payload.Span));
        Assert.Equal([Bytes(1), Bytes(5)], packet.Metadata.Select(m => m.Value));
        PacketOut wrong = new() { Payload = packet.Payload };
        wrong.Metadata.Add(new PacketMetadata { MetadataId = 1, Value = Bytes(9, 9) });
        await served.SendAsync(new StreamMessageRequest { Packet = wrong });
        StreamError error = (await served.NextAsync(m => m.Error is not null)).Error;
        Assert.Equal(wrong, error.PacketOut.PacketOut);
        Assert.Contains("9 bits", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_SomeOfTheEntitiesAreWrong_TheOthersComeAndEachHasItsError()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        await served.WriteAsync(Type.Insert, Of(Entry("exact_table", "hdr.probe.a=5", "mark value=7")));
        ReadRequest request = new();
        request.Entities.Add([Of(new TableEntry { TableId = TableId("exact_table") }), Of(new TableEntry { TableId = 99 }), new Entity { CounterEntry = new() { Index = new P4.V1.Index { Index_ = 9 } } }]);
        using AsyncServerStreamingCall<ReadResponse> call = served.Client.Read(request);
        List<Entity> found = [];
        RpcException fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                found.AddRange(call.ResponseStream.Current.Entities);
            }
        });
        Assert.Single(found);
        Assert.Equal([StatusCode.NotFound, StatusCode.OutOfRange], P4RuntimeException.From(fault, "read").UpdateErrors.Select(e => e.Code));
    }

    private static Entity Digest(int maxListSize, long maxTimeoutNs, long ackTimeoutNs) => new()
    {
        DigestEntry = new DigestEntry { DigestId = Learn, Config = new() { MaxListSize = maxListSize, MaxTimeoutNs = maxTimeoutNs, AckTimeoutNs = ackTimeoutNs } },
    };

    private static IEnumerable<int> Values(DigestList list) => list.Data.Select(d => (int)d.Struct.Members[0].Bitstring[^1]);
}
