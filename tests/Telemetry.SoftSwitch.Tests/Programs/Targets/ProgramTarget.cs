using Google.Protobuf;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Tests.Support;

namespace Telemetry.SoftSwitch.Tests.Programs.Targets;

/// <summary>A switch that runs one of the shipped programs, programmed over P4Runtime: the embedded one, or BMv2's. Tests expect the same of both.</summary>
internal abstract class ProgramTarget : IAsyncDisposable
{
    public const int ReportPort = 500;
    public const int ReportSession = 250;
    public const int CpuPort = 510;

    protected const ulong DeviceId = 1;

    private readonly Uint128 _electionId = new() { Low = 1 };

    protected ProgramTarget(string program)
    {
        Info = P4InfoIndex.FromText(Repository.Text("p4", program, program + ".p4info.txtpb"));
        Json = Repository.Bytes("p4", program, program + ".json");
    }

    public P4InfoIndex Info { get; }

    /// <summary>What the switch sent on the stream.</summary>
    public abstract IReadOnlyList<StreamMessageResponse> Messages { get; }

    /// <summary>True where queues fill up as a rate demands.</summary>
    public abstract bool HasRates { get; }

    protected byte[] Json { get; }

    protected abstract P4.V1.P4Runtime.P4RuntimeClient Client { get; }

    /// <summary>Starts a target: "embedded" or "bmv2".</summary>
    public static async Task<ProgramTarget> StartAsync(string target, string program, long bitsPerSecond = 0) =>
        target == Programs.Targets.Targets.Embedded ? new EmbeddedTarget(program, bitsPerSecond) : await Bmv2Target.StartAsync(program);

    /// <summary>Sends frames into ports, one after the other, and returns what left until <paramref name="expected"/> frames did and nothing more comes.</summary>
    public abstract Task<List<(int Port, byte[] Frame)>> SendAsync(IReadOnlyList<(int Port, byte[] Frame)> frames, int expected);

    /// <summary>The one frame that leaves.</summary>
    public async Task<(int Port, byte[] Frame)> ThroughAsync(int port, byte[] frame) => Assert.Single(await SendAsync([(port, frame)], 1));

    /// <summary>The frames that leave, in order of their ports.</summary>
    public async Task<List<(int Port, byte[] Frame)>> SendAsync(int port, byte[] frame, int expected) =>
        [.. (await SendAsync([(port, frame)], expected)).OrderBy(f => f.Port)];

    /// <summary>Sends a message on the stream; <see cref="LeftAsync"/> tells what leaves for it.</summary>
    public abstract void Send(StreamMessageRequest message);

    /// <summary>What left since the last <see cref="Send"/>, once it is <paramref name="expected"/> frames.</summary>
    public abstract Task<List<(int Port, byte[] Frame)>> LeftAsync(int expected);

    /// <summary>Waits until the stream brought a message like this.</summary>
    public abstract Task<StreamMessageResponse> MessageAsync(Func<StreamMessageResponse, bool> like);

    public ProgramTarget Add(string table, string match, string action, params (string, P4Value)[] arguments)
    {
        TableInfo info = Info.Tables.Get(table);
        (string, string)[] matches = [.. match.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(m => !m.StartsWith("priority=", StringComparison.Ordinal))
            .Select(m => m.Split('=', 2)).Select(m => (m[0], m[1]))];
        int priority = match.Contains("priority=", StringComparison.Ordinal) ? int.Parse(match[(match.IndexOf("priority=", StringComparison.Ordinal) + 9)..], System.Globalization.CultureInfo.InvariantCulture) : 0;
        Write(Update.Types.Type.Insert, new Entity { TableEntry = info.Entry(matches, info.Actions.Get(action).Call(arguments), priority) });
        return this;
    }

    /// <summary>An entry with an action for each of these ports, which it watches, among which a selector chooses; the MAC address ends in the port's number.</summary>
    public ProgramTarget Choices(string table, string match, string action, params int[] ports)
    {
        TableInfo info = Info.Tables.Get(table);
        ActionProfileAction[] choices = [.. ports.Select(p => new ActionProfileAction
        {
            Action = info.Actions.Get(action).Call(("dst_mac", $"02:00:00:00:00:0{p}"), ("port", p)),
            Weight = 1,
            WatchPort = ByteString.CopyFrom((byte)p),
        })];
        TableEntry entry = info.Entry([.. match.Split(' ').Select(m => m.Split('=', 2)).Select(m => (m[0], m[1]))], choices[0].Action);
        ActionProfileActionSet set = new();
        set.ActionProfileActions.AddRange(choices);
        entry.Action = new TableAction { ActionProfileActionSet = set };
        Write(Update.Types.Type.Insert, new Entity { TableEntry = entry });
        return this;
    }

    public ProgramTarget Default(string table, string action, params (string, P4Value)[] arguments)
    {
        TableInfo info = Info.Tables.Get(table);
        Write(Update.Types.Type.Modify, new Entity { TableEntry = info.DefaultEntry(info.Actions.Get(action).Call(arguments)) });
        return this;
    }

    public ProgramTarget Session(int id, params int[] ports)
    {
        CloneSessionEntry session = new() { SessionId = (uint)id };
        session.Replicas.AddRange(ports.Select((p, i) => new P4.V1.Replica { EgressPort = (uint)p, Instance = (uint)i + 1 }));
        Write(Update.Types.Type.Insert, new Entity { PacketReplicationEngineEntry = new PacketReplicationEngineEntry { CloneSessionEntry = session } });
        return this;
    }

    public ProgramTarget Group(int id, params int[] ports)
    {
        MulticastGroupEntry group = new() { MulticastGroupId = (uint)id };
        group.Replicas.AddRange(ports.Select((p, i) => new P4.V1.Replica { EgressPort = (uint)p, Instance = (uint)i + 1 }));
        Write(Update.Types.Type.Insert, new Entity { PacketReplicationEngineEntry = new PacketReplicationEngineEntry { MulticastGroupEntry = group } });
        return this;
    }

    /// <summary>Packets of an indexed counter.</summary>
    public long Packets(string counter, int index)
    {
        ReadRequest request = new() { DeviceId = DeviceId };
        request.Entities.Add(new Entity { CounterEntry = new CounterEntry { CounterId = Info.Counters.Get(counter).Id, Index = new P4.V1.Index { Index_ = index } } });
        return Assert.Single(Read(request)).CounterEntry.Data.PacketCount;
    }

    /// <summary>Packets of a table's only entry.</summary>
    public long DirectPackets(string table)
    {
        ReadRequest request = new() { DeviceId = DeviceId };
        request.Entities.Add(new Entity { DirectCounterEntry = new DirectCounterEntry { TableEntry = new TableEntry { TableId = Info.Tables.Get(table).Id } } });
        return Assert.Single(Read(request)).DirectCounterEntry.Data.PacketCount;
    }

    public void Write(Update.Types.Type type, params Entity[] entities)
    {
        WriteRequest request = new() { DeviceId = DeviceId, ElectionId = _electionId };
        request.Updates.AddRange(entities.Select(e => new Update { Type = type, Entity = e }));
        Client.Write(request);
    }

    public abstract ValueTask DisposeAsync();

    protected StreamMessageRequest Arbitration() => new() { Arbitration = new MasterArbitrationUpdate { DeviceId = DeviceId, ElectionId = _electionId } };

    protected void SetPipeline() => Client.SetForwardingPipelineConfig(new SetForwardingPipelineConfigRequest
    {
        DeviceId = DeviceId,
        ElectionId = _electionId,
        Action = SetForwardingPipelineConfigRequest.Types.Action.VerifyAndCommit,
        Config = new ForwardingPipelineConfig { P4Info = Info.Info, P4DeviceConfig = ByteString.CopyFrom(Json), Cookie = new() { Cookie_ = 42 } },
    });

    private List<Entity> Read(ReadRequest request)
    {
        List<Entity> result = [];
        Grpc.Core.AsyncServerStreamingCall<ReadResponse> call = Client.Read(request);
        while (call.ResponseStream.MoveNext(CancellationToken.None).GetAwaiter().GetResult())
        {
            result.AddRange(call.ResponseStream.Current.Entities);
        }

        return result;
    }
}
