using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Tests.Support;

/// <summary>A controller over the generated client, in process: every call has ended when its method returns.</summary>
internal sealed class TestController
{
    private readonly ulong _deviceId;
    private readonly string _role;
    private readonly Any? _roleConfig;
    private Uint128? _electionId;
    private readonly AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> _stream;

    public TestController(Switch target, ulong? electionId = 1, ulong? deviceId = null, string role = "", Any? config = null)
    {
        StayInline();
        _deviceId = deviceId ?? target.Options.DeviceId;
        _role = role;
        _roleConfig = config;
        Client = new P4.V1.P4Runtime.P4RuntimeClient(InProcessCallInvoker.For(target.Service));
        _stream = Client.StreamChannel();
        _ = ReadAsync();
        Arbitrate(electionId);
    }

    public P4.V1.P4Runtime.P4RuntimeClient Client { get; }

    public WriteRequest.Types.Atomicity Atomicity { get; set; }

    public List<StreamMessageResponse> Messages { get; } = [];

    public RpcException? StreamFault { get; private set; }

    public MasterArbitrationUpdate LastArbitration => Messages.Last(m => m.Arbitration is not null).Arbitration;

    public void Arbitrate(ulong? electionId)
    {
        _electionId = electionId is ulong low ? new Uint128 { Low = low } : null;
        Role? role = _role.Length == 0 && _roleConfig is null ? null : new Role { Name = _role, Config = _roleConfig };
        Send(new StreamMessageRequest { Arbitration = new MasterArbitrationUpdate { DeviceId = _deviceId, ElectionId = _electionId, Role = role } });
    }

    /// <summary>Lets continuations run on this thread: xunit's context, which every test method gets anew, would queue them.</summary>
    public static void StayInline() => SynchronizationContext.SetSynchronizationContext(null);

    public void Send(StreamMessageRequest message)
    {
        StayInline();
        _stream.RequestStream.WriteAsync(message).GetAwaiter().GetResult();
    }

    public void Close() => _stream.RequestStream.CompleteAsync().GetAwaiter().GetResult();

    public void SetPipeline(byte[] json, P4InfoIndex info, SetForwardingPipelineConfigRequest.Types.Action action = SetForwardingPipelineConfigRequest.Types.Action.VerifyAndCommit) =>
        Client.SetForwardingPipelineConfig(new SetForwardingPipelineConfigRequest
        {
            DeviceId = _deviceId,
            ElectionId = _electionId,
            Role = _role,
            Action = action,
            Config = action == SetForwardingPipelineConfigRequest.Types.Action.Commit ? null : new ForwardingPipelineConfig { P4Info = info.Info, P4DeviceConfig = ByteString.CopyFrom(json), Cookie = new() { Cookie_ = 42 } },
        });

    public void Write(Update.Types.Type type, params Entity[] entities)
    {
        WriteRequest request = new() { DeviceId = _deviceId, ElectionId = _electionId, Role = _role, Atomicity = Atomicity };
        request.Updates.AddRange(entities.Select(e => new Update { Type = type, Entity = e }));
        Client.Write(request);
    }

    public void Insert(params TableEntry[] entries) => Write(Update.Types.Type.Insert, [.. entries.Select(e => new Entity { TableEntry = e })]);

    public void SetDefault(P4InfoIndex info, string table, string action, params (string, P4Value)[] arguments)
    {
        TableInfo target = info.Tables.Get(table);
        Write(Update.Types.Type.Modify, new Entity { TableEntry = target.DefaultEntry(target.Actions.Get(action).Call(arguments)) });
    }

    public void Add(P4InfoIndex info, string table, (string, string)[] match, string action, (string, P4Value)[] arguments, int priority = 0)
    {
        TableInfo target = info.Tables.Get(table);
        Insert(target.Entry(match, target.Actions.Get(action).Call(arguments), priority));
    }

    /// <summary>The outcome of one update: OK, or the code and message of its error.</summary>
    public (StatusCode Code, string Message) Try(Update.Types.Type type, Entity entity)
    {
        try
        {
            Write(type, entity);
            return (StatusCode.OK, "");
        }
        catch (RpcException fault)
        {
            Assert.Equal(StatusCode.Unknown, fault.StatusCode);
            UpdateError error = Assert.Single(P4RuntimeException.From(fault, "write").UpdateErrors);
            return (error.Code, error.Message);
        }
    }

    /// <summary>The outcome of a read of one entity that fails.</summary>
    public (StatusCode Code, string Message) TryRead(Entity filter)
    {
        RpcException fault = Assert.Throws<RpcException>(() => Read(filter));
        Assert.Equal(StatusCode.Unknown, fault.StatusCode);
        UpdateError error = Assert.Single(P4RuntimeException.From(fault, "read").UpdateErrors);
        return (error.Code, error.Message);
    }

    public List<Entity> Read(Entity filter)
    {
        ReadRequest request = new() { DeviceId = _deviceId, Role = _role };
        request.Entities.Add(filter);
        List<Entity> result = [];
        AsyncServerStreamingCall<ReadResponse> call = Client.Read(request);
        while (call.ResponseStream.MoveNext(CancellationToken.None).GetAwaiter().GetResult())
        {
            result.AddRange(call.ResponseStream.Current.Entities);
        }

        return result;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _stream.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                Messages.Add(_stream.ResponseStream.Current);
            }
        }
        catch (RpcException fault)
        {
            StreamFault = fault;
        }
    }
}
