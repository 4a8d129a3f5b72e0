using Grpc.Core;
using P4.V1;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Entities;

/// <summary>P4Runtime v1.5, section 9.5.</summary>
public sealed class ReplicationTests : IDisposable
{
    private readonly ServiceFixture _fixture = new();

    public ReplicationTests() => _fixture.Controller.Insert(
        Entry("acl", "hdr.probe.flags=1", "flood group=7", 1), Entry("acl", "hdr.probe.flags=2", "mirror session=5", 1));

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Multicast_BackupsTakeOverWhilePortsAreDown()
    {
        MulticastGroupEntry group = new() { MulticastGroupId = 7, Metadata = Bytes(1) };
        group.Replicas.Add(new Replica { Port = Bytes(2), Instance = 1, BackupReplicas = { new BackupReplica { Port = Bytes(3), Instance = 2 }, new BackupReplica { Port = Bytes(4), Instance = 3 } } });
        group.Replicas.Add(new Replica { EgressPort = 4, Instance = 9 });
        Entity entity = new() { PacketReplicationEngineEntry = new() { MulticastGroupEntry = group } };
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Insert, entity));
        Assert.Equal([entity], _fixture.Controller.Read(new Entity { PacketReplicationEngineEntry = new() { MulticastGroupEntry = new() } }));
        Assert.Equal("1/0/1", Copies(1));
        _fixture.Bench.Switch.SetPortUp(2, false);
        Assert.Equal("0/1/1", Copies(1));
        _fixture.Bench.Switch.SetPortUp(3, false);
        Assert.Equal("0/0/2", Copies(1));
        _fixture.Bench.Switch.SetPortUp(4, false);
        Assert.Equal("0/0/0", Copies(1));
        _fixture.Bench.Switch.SetPortUp(2, true);
        Assert.Equal("1/0/0", Copies(1));
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Delete, new Entity { PacketReplicationEngineEntry = new() { MulticastGroupEntry = new() { MulticastGroupId = 7 } } }));
        Assert.Equal("0/0/0", Copies(1));
    }

    [Fact]
    public void CloneSession_TruncatesToItsLength()
    {
        Entity session = new() { PacketReplicationEngineEntry = new() { CloneSessionEntry = new() { SessionId = 5, ClassOfService = 3, PacketLengthBytes = 4, Replicas = { new Replica { Port = Bytes(3) } } } } };
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Insert, session));
        Assert.Equal("1/1/0", Copies(2));
        Assert.Equal("01020000", _fixture.Bench.Wires[3].Frames[^1].Hex);
        Assert.Equal([session], _fixture.Controller.Read(new Entity { PacketReplicationEngineEntry = new() { CloneSessionEntry = new() { SessionId = 5 } } }));
        session.PacketReplicationEngineEntry.CloneSessionEntry.PacketLengthBytes = 0;
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Modify, session));
        Copies(2);
        Assert.Equal("01020000000000000000", _fixture.Bench.Wires[3].Frames[^1].Hex);
    }

    [Fact]
    public void BadEntries_AreRefused()
    {
        Assert.Equal(StatusCode.InvalidArgument, Multicast(0));
        Assert.Equal(StatusCode.InvalidArgument, Multicast(65536));
        Assert.Equal(StatusCode.OutOfRange, Multicast(1, new Replica { EgressPort = 512 }));
        Assert.Equal(StatusCode.InvalidArgument, Multicast(1, new Replica { Port = Bytes() }));
        Assert.Equal(StatusCode.InvalidArgument, Multicast(1, new Replica { EgressPort = 1, Instance = 65536 }));
        Assert.Equal(StatusCode.InvalidArgument, Multicast(1, new Replica { EgressPort = 1 }, new Replica { Port = Bytes(1) }));
        Assert.Equal(StatusCode.InvalidArgument, Multicast(1, new Replica { EgressPort = 1, BackupReplicas = { new BackupReplica { Port = Bytes(1), Instance = 2 } } }));
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Insert, new Entity { PacketReplicationEngineEntry = new() }).Code);
        Assert.Equal(StatusCode.InvalidArgument, Clone(new CloneSessionEntry { SessionId = 32768 }));
        Assert.Equal(StatusCode.InvalidArgument, Clone(new CloneSessionEntry { SessionId = 1, ClassOfService = 8 }));
        Assert.Equal(StatusCode.InvalidArgument, Clone(new CloneSessionEntry { SessionId = 1, PacketLengthBytes = -1 }));
        Assert.Equal(StatusCode.OK, Multicast(1));
        Assert.Equal(StatusCode.AlreadyExists, Multicast(1));
    }

    private StatusCode Multicast(uint id, params Replica[] replicas) =>
        _fixture.Controller.Try(Type.Insert, new Entity { PacketReplicationEngineEntry = new() { MulticastGroupEntry = new() { MulticastGroupId = id, Replicas = { replicas } } } }).Code;

    private StatusCode Clone(CloneSessionEntry session) =>
        _fixture.Controller.Try(Type.Insert, new Entity { PacketReplicationEngineEntry = new() { CloneSessionEntry = session } }).Code;

    /// <summary>Frames that leave ports 2, 3 and 4 for one probe.</summary>
    private string Copies(int flags)
    {
        int[] before = [.. Enumerable.Range(2, 3).Select(p => _fixture.Bench.Wires[p].Frames.Count)];
        _fixture.Probe(flags: flags);
        return string.Join('/', Enumerable.Range(2, 3).Select(p => _fixture.Bench.Wires[p].Frames.Count - before[p - 2]));
    }
}
