using Grpc.Core;
using P4.V1;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Entities;

/// <summary>P4Runtime v1.5, sections 9.6 and 9.8.</summary>
public sealed class ValueSetAndDigestTests : IDisposable
{
    private static readonly uint Kinds = Info.ValueSets.Get("kinds").Id;
    private static readonly uint Learn = Info.Digests[0].Id;
    private readonly ServiceFixture _fixture = new();

    public ValueSetAndDigestTests() => _fixture.Controller.Insert(
        Entry("exact_table", "hdr.probe.a=5", "mark value=7"), Entry("acl", "hdr.probe.flags=1", "learn", 1));

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void ValueSet_DecidesWhatTheParserTakes()
    {
        Assert.Equal(0, _fixture.Probe(5, kind: 9));
        ValueSetEntry set = Set(9, 8);
        Assert.Equal(StatusCode.OK, Try(Type.Modify, set));
        Assert.Equal(7, _fixture.Probe(5, kind: 9));
        Assert.Equal([new Entity { ValueSetEntry = set }], _fixture.Controller.Read(new Entity { ValueSetEntry = new() }));
        Assert.Equal(StatusCode.AlreadyExists, Try(Type.Modify, Set(3, 3)));
        Assert.Equal(StatusCode.ResourceExhausted, Try(Type.Modify, Set(1, 2, 3, 4, 5)));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Insert, set));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Delete, set));
        Assert.Equal(StatusCode.NotFound, Try(Type.Modify, new ValueSetEntry { ValueSetId = 5 }));
        Assert.Equal(StatusCode.InvalidArgument, Try(Type.Modify, new ValueSetEntry { ValueSetId = Kinds, Members = { new ValueSetMember() } }));
        Assert.Equal(7, _fixture.Probe(5, kind: 9));
        Assert.Equal(StatusCode.OK, Try(Type.Modify, Set()));
        Assert.Equal(0, _fixture.Probe(5, kind: 9));
    }

    [Fact]
    public void Digest_ListsHoldDistinctSamplesAndComeOnceUntilAcknowledged()
    {
        _fixture.Probe(1, flags: 1);
        Assert.Empty(Lists()); // not enabled
        Enable(Type.Insert, maxTimeoutMs: 100, maxListSize: 2, ackTimeoutMs: 1000);
        _fixture.Probe(1, flags: 1);
        _fixture.Probe(1, flags: 1);
        Assert.Empty(Lists());
        _fixture.Probe(2, flags: 1);
        DigestList list = Assert.Single(Lists());
        Assert.Equal((Learn, 2), (list.DigestId, list.Data.Count));
        Assert.Equal(new P4Data { Struct = new P4StructLike { Members = { new P4Data { Bitstring = Bytes(2) }, new P4Data { Bitstring = Bytes(1) } } } }, list.Data[1]);
        _fixture.Probe(1, flags: 1);
        _fixture.Run(200);
        Assert.Single(Lists()); // sent and not acknowledged
        _fixture.Controller.Send(new StreamMessageRequest { DigestAck = new DigestListAck { DigestId = Learn, ListId = list.ListId } });
        _fixture.Probe(1, flags: 1);
        Assert.Single(Lists());
        _fixture.Run(100);
        Assert.Equal([2, 1], Lists().Select(l => l.Data.Count));
        _fixture.Run(1100); // the acknowledgement never comes
        _fixture.Probe(1, flags: 1);
        _fixture.Run(100);
        Assert.Equal(3, Lists().Count);
    }

    [Fact]
    public void Digest_ConfigIsInsertedModifiedReadAndDeleted()
    {
        Assert.Empty(_fixture.Controller.Read(new Entity { DigestEntry = new() }));
        Assert.Equal(StatusCode.NotFound, Enable(Type.Modify, 0, 0, 0));
        Assert.Equal(StatusCode.OK, Enable(Type.Insert, 0, 0, 0));
        Assert.Equal(StatusCode.AlreadyExists, Enable(Type.Insert, 0, 0, 0));
        _fixture.Probe(1, flags: 1);
        _fixture.Probe(1, flags: 1);
        Assert.Equal(2, Lists().Count); // no timeout: every sample at once, none remembered
        Assert.Equal(StatusCode.OK, Enable(Type.Modify, 7, 3, 9));
        Assert.Equal(3, Assert.Single(_fixture.Controller.Read(new Entity { DigestEntry = new() { DigestId = Learn } })).DigestEntry.Config.MaxListSize);
        Assert.Equal(StatusCode.InvalidArgument, Enable(Type.Modify, -1, 3, 9));
        Assert.Equal(StatusCode.OK, Enable(Type.Delete, 0, 0, 0));
        Assert.Equal(StatusCode.NotFound, Enable(Type.Delete, 0, 0, 0));
        Assert.Equal(StatusCode.NotFound, _fixture.Controller.TryRead(new Entity { DigestEntry = new() { DigestId = 5 } }).Code);
        _fixture.Controller.Send(new StreamMessageRequest { DigestAck = new DigestListAck { DigestId = 5 } });
        StreamError error = _fixture.Controller.Messages[^1].Error;
        Assert.Equal(((int)StatusCode.InvalidArgument, 5u), (error.CanonicalCode, error.DigestListAck.DigestListAck.DigestId));
    }

    private static ValueSetEntry Set(params byte[] values)
    {
        ValueSetEntry set = new() { ValueSetId = Kinds };
        foreach (byte value in values)
        {
            set.Members.Add(new ValueSetMember { Match = { new FieldMatch { FieldId = 1, Exact = new() { Value = Bytes(value) } } } });
        }

        return set;
    }

    private StatusCode Try(Type type, ValueSetEntry set) => _fixture.Controller.Try(type, new Entity { ValueSetEntry = set }).Code;

    private StatusCode Enable(Type type, long maxTimeoutMs, int maxListSize, long ackTimeoutMs) => _fixture.Controller.Try(type, new Entity
    {
        DigestEntry = new DigestEntry
        {
            DigestId = Learn,
            Config = new() { MaxTimeoutNs = maxTimeoutMs * 1_000_000, MaxListSize = maxListSize, AckTimeoutNs = ackTimeoutMs * 1_000_000 },
        },
    }).Code;

    private List<DigestList> Lists() => [.. _fixture.Controller.Messages.Where(m => m.Digest is not null).Select(m => m.Digest)];
}
