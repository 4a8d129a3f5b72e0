using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Tests.Fakes;

/// <summary>A P4Runtime server that stores what it is told; it forwards nothing but packet-outs to its wires.</summary>
internal sealed class FakeSwitch : P4.V1.P4Runtime.P4RuntimeBase
{
    private readonly List<Client> _clients = [];
    private readonly CallInvoker _invoker;
    private UInt128 _highest;
    private ForwardingPipelineConfig? _config;

    public FakeSwitch() => _invoker = InProcessCallInvoker.For(this);

    /// <summary>Entities by key.</summary>
    public SortedDictionary<string, Entity> Entities { get; } = new(StringComparer.Ordinal);

    /// <summary>Every write call's updates, in order.</summary>
    public List<IReadOnlyList<Update>> Writes { get; } = [];

    public ulong? Cookie { get; set; }

    /// <summary>Version of P4Runtime that it says it serves; null says nothing.</summary>
    public string? ApiVersion { get; set; }

    public int Pushes { get; private set; }

    /// <summary>Answers nobody while true.</summary>
    public bool Away { get; set; }

    /// <summary>Refuses pipelines with this text while not null.</summary>
    public string? PipelineFault { get; set; }

    /// <summary>Gets egress port and frame of each packet-out.</summary>
    public Action<int, ByteString>? PacketOut { get; set; }

    public CallInvoker Connect() => _invoker;

    /// <summary>Has it run a program, as if somebody had pushed it.</summary>
    public void Run(P4Program program)
    {
        Cookie = program.Cookie;
        _config = new ForwardingPipelineConfig { P4Info = program.Index.Info, P4DeviceConfig = program.DeviceConfig };
    }

    /// <summary>Ends all streams, as a killed process does.</summary>
    public void Drop()
    {
        foreach (Client client in _clients.ToArray())
        {
            client.Ending.Cancel();
        }
    }

    /// <summary>Loses everything.</summary>
    public void Restart()
    {
        Drop();
        Entities.Clear();
        Cookie = null;
        _highest = 0;
    }

    public void SendPacketIn(int port, ByteString frame)
    {
        PacketIn packet = new() { Payload = frame };
        packet.Metadata.Add(new PacketMetadata { MetadataId = 1, Value = CanonicalBytes.Encode((ulong)port, new ValueField("port", 9)) });
        packet.Metadata.Add(new PacketMetadata { MetadataId = 2, Value = ByteString.CopyFrom(0) });
        Send(Primary(), new StreamMessageResponse { Packet = packet });
    }

    public override async Task StreamChannel(
        IAsyncStreamReader<StreamMessageRequest> requestStream,
        IServerStreamWriter<StreamMessageResponse> responseStream,
        ServerCallContext context)
    {
        Check();
        using Client client = new(responseStream);
        _clients.Add(client);
        try
        {
            while (await requestStream.MoveNext(client.Ending.Token).ConfigureAwait(false))
            {
                OnMessage(client, requestStream.Current);
            }
        }
        catch (OperationCanceledException) when (client.Ending.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the switch is gone"));
        }
        finally
        {
            _clients.Remove(client);
            Announce();
        }
    }

    public override Task<CapabilitiesResponse> Capabilities(CapabilitiesRequest request, ServerCallContext context) =>
        ApiVersion is { } version ? Task.FromResult(new CapabilitiesResponse { P4RuntimeApiVersion = version }) : base.Capabilities(request, context);

    public override Task<GetForwardingPipelineConfigResponse> GetForwardingPipelineConfig(
        GetForwardingPipelineConfigRequest request, ServerCallContext context)
    {
        Check();
        return Cookie is { } cookie
            ? Task.FromResult(new GetForwardingPipelineConfigResponse
            {
                Config = new ForwardingPipelineConfig
                {
                    Cookie = new() { Cookie_ = cookie },
                    P4Info = _config?.P4Info,
                    P4DeviceConfig = _config?.P4DeviceConfig ?? ByteString.Empty,
                },
            })
            : throw new RpcException(new Status(StatusCode.FailedPrecondition, "no pipeline"));
    }

    public override Task<SetForwardingPipelineConfigResponse> SetForwardingPipelineConfig(
        SetForwardingPipelineConfigRequest request, ServerCallContext context)
    {
        Check();
        if (PipelineFault is not null)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, PipelineFault));
        }

        Assert.Equal(SetForwardingPipelineConfigRequest.Types.Action.VerifyAndCommit, request.Action);
        Pushes++;
        Cookie = request.Config.Cookie.Cookie_;
        foreach (string key in Entities.Keys.Where(k => k.StartsWith("table", StringComparison.Ordinal)).ToArray())
        {
            Entities.Remove(key);
        }

        return Task.FromResult(new SetForwardingPipelineConfigResponse());
    }

    public override Task<WriteResponse> Write(WriteRequest request, ServerCallContext context)
    {
        Check();
        if (Primary() is not { } primary || !request.ElectionId.Equals(primary.ElectionId))
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, "not primary"));
        }

        Writes.Add([.. request.Updates]);
        Error[] errors = [.. request.Updates.Select(Apply)];
        return errors.All(e => e.CanonicalCode == 0)
            ? Task.FromResult(new WriteResponse())
            : throw WriteFailure.ToRpcException(errors);
    }

    public override async Task Read(ReadRequest request, IServerStreamWriter<ReadResponse> responseStream, ServerCallContext context)
    {
        Check();
        ReadResponse response = new();
        foreach (Entity wanted in request.Entities)
        {
            response.Entities.AddRange(Entities.Values.Where(e => e.EntityCase == wanted.EntityCase
                && e.PacketReplicationEngineEntry?.TypeCase == wanted.PacketReplicationEngineEntry?.TypeCase
                && e.TableEntry is not { IsDefaultAction: true }));
            if (wanted.CounterEntry is { } counter)
            {
                response.Entities.AddRange(Enumerable.Range(0, 3).Select(i => new Entity
                {
                    CounterEntry = new CounterEntry
                    {
                        CounterId = counter.CounterId,
                        Index = new P4.V1.Index { Index_ = i },
                        Data = new CounterData { PacketCount = i, ByteCount = 100 * i },
                    },
                }));
            }
        }

        await responseStream.WriteAsync(response).ConfigureAwait(false);
    }

    private Error Apply(Update update)
    {
        string key = EntityKey.Of(update.Entity);
        bool present = Entities.ContainsKey(key) || update.Entity.TableEntry is { IsDefaultAction: true };
        StatusCode code = (update.Type, present) switch
        {
            (Update.Types.Type.Insert, true) => StatusCode.AlreadyExists,
            (Update.Types.Type.Modify, false) or (Update.Types.Type.Delete, false) => StatusCode.NotFound,
            _ => StatusCode.OK,
        };
        if (code == StatusCode.OK && update.Type == Update.Types.Type.Delete)
        {
            Entities.Remove(key);
        }
        else if (code == StatusCode.OK)
        {
            Entities[key] = update.Entity;
        }

        return new Error { CanonicalCode = (int)code, Message = code == StatusCode.OK ? "" : key };
    }

    private void OnMessage(Client client, StreamMessageRequest message)
    {
        if (message.Arbitration is { } arbitration)
        {
            client.ElectionId = arbitration.ElectionId;
            _highest = UInt128.Max(_highest, client.Id);
            Announce();
        }
        else if (message.Packet is { } packet)
        {
            int port = (int)CanonicalBytes.ToUInt64(packet.Metadata.First(m => m.MetadataId == 1).Value);
            PacketOut?.Invoke(port, packet.Payload);
        }
    }

    /// <summary>Tells everybody who is primary: as the specification has it, nobody once the highest id has left.</summary>
    private void Announce()
    {
        Client? primary = Primary();
        foreach (Client client in _clients.ToArray())
        {
            StatusCode code = client == primary ? StatusCode.OK
                : primary is null ? StatusCode.NotFound : StatusCode.AlreadyExists;
            Send(client, new StreamMessageResponse
            {
                Arbitration = new MasterArbitrationUpdate
                {
                    ElectionId = new Uint128 { High = (ulong)(_highest >> 64), Low = (ulong)_highest },
                    Status = new Google.Rpc.Status { Code = (int)code },
                },
            });
        }
    }

    private Client? Primary() => _clients.Find(c => c.Id == _highest && c.ElectionId is not null);

    private static void Send(Client? client, StreamMessageResponse message) =>
        Assert.True(client is null || client.Stream.WriteAsync(message).IsCompleted);

    private void Check()
    {
        if (Away)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "connection refused"));
        }
    }

    private sealed class Client(IServerStreamWriter<StreamMessageResponse> stream) : IDisposable
    {
        public IServerStreamWriter<StreamMessageResponse> Stream { get; } = stream;

        public CancellationTokenSource Ending { get; } = new();

        public Uint128? ElectionId { get; set; }

        public UInt128 Id => ElectionId is { } id ? new UInt128(id.High, id.Low) : 0;

        public void Dispose() => Ending.Dispose();
    }
}
