using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using P4.Bm;
using P4.V1;

namespace Telemetry.SoftSwitch.Tests.Programs.Targets;

/// <summary>simple_switch_grpc as a child process; packets go in and out over its data-plane service, so that it needs no interfaces and no root.</summary>
internal sealed class Bmv2Target : ProgramTarget
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly GrpcChannel _control;
    private readonly GrpcChannel _data;
    private readonly AsyncDuplexStreamingCall<StreamMessageRequest, StreamMessageResponse> _stream;
    private AsyncDuplexStreamingCall<PacketStreamRequest, PacketStreamResponse>? _packets;
    private readonly List<StreamMessageResponse> _messages = [];
    private readonly List<(int Port, byte[] Frame)> _received = [];

    private Bmv2Target(string program, Process process, int controlPort, int dataPort)
        : base(program)
    {
        _process = process;
        _control = GrpcChannel.ForAddress($"http://127.0.0.1:{controlPort}");
        _data = GrpcChannel.ForAddress($"http://127.0.0.1:{dataPort}");
        Client = new P4.V1.P4Runtime.P4RuntimeClient(_control);
        _stream = Client.StreamChannel();
    }

    public override IReadOnlyList<StreamMessageResponse> Messages
    {
        get
        {
            lock (_messages)
            {
                return [.. _messages];
            }
        }
    }

    public override bool HasRates => false;

    protected override P4.V1.P4Runtime.P4RuntimeClient Client { get; }

    public static async Task<Bmv2Target> StartAsync(string program)
    {
        (int control, int data, int thrift) = (FreePort(), FreePort(), FreePort());
        Process process = Process.Start(new ProcessStartInfo(Targets.Bmv2Path!,
            ["--no-p4", "--thrift-port", $"{thrift}", "--device-id", $"{DeviceId}", "--", "--grpc-server-addr", $"127.0.0.1:{control}",
             "--dp-grpc-server-addr", $"127.0.0.1:{data}", "--cpu-port", $"{CpuPort}", "--priority-queues", "8"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Listening(process, control);
        await Listening(process, data);
        Bmv2Target target = new(program, process, control, data);
        _ = target.ReadMessagesAsync();
        target.Send(target.Arbitration());
        await target.MessageAsync(m => m.Arbitration is not null);
        target.SetPipeline();
        await target.OpenPacketsAsync();
        return target;
    }

    public override async Task<List<(int Port, byte[] Frame)>> SendAsync(IReadOnlyList<(int Port, byte[] Frame)> frames, int expected)
    {
        lock (_received)
        {
            _received.Clear();
        }

        foreach ((int port, byte[] frame) in frames)
        {
            await _packets!.RequestStream.WriteAsync(new PacketStreamRequest { DeviceId = DeviceId, Port = (uint)port, Packet = ByteString.CopyFrom(frame) });
        }

        return await LeftAsync(expected);
    }

    public override async Task<List<(int Port, byte[] Frame)>> LeftAsync(int expected)
    {
        await Until(() => Received().Count >= expected);
        await Task.Delay(expected == 0 ? 100 : 20); // nothing more shall come, which no condition tells
        List<(int Port, byte[] Frame)> received = Received();
        Assert.Equal(expected, received.Count);
        return received;
    }

    public override void Send(StreamMessageRequest message)
    {
        lock (_received)
        {
            _received.Clear();
        }

        _stream.RequestStream.WriteAsync(message).GetAwaiter().GetResult();
    }

    public override async Task<StreamMessageResponse> MessageAsync(Func<StreamMessageResponse, bool> like)
    {
        await Until(() => Messages.Any(like));
        return Messages.First(like);
    }

    public override async ValueTask DisposeAsync()
    {
        _stream.Dispose();
        _packets?.Dispose();
        _control.Dispose();
        _data.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task Listening(Process process, int port)
    {
        await Until(() =>
        {
            Assert.False(process.HasExited, "simple_switch_grpc ended");
            using TcpClient client = new();
            try
            {
                client.Connect(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    private static async Task Until(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_limit)
            {
                return; // what the test asserts next says what is missing
            }

            await Task.Delay(2);
        }
    }

    private List<(int Port, byte[] Frame)> Received()
    {
        lock (_received)
        {
            return [.. _received];
        }
    }

    private async Task ReadMessagesAsync()
    {
        try
        {
            await foreach (StreamMessageResponse message in _stream.ResponseStream.ReadAllAsync())
            {
                lock (_messages)
                {
                    _messages.Add(message);
                }
            }
        }
        catch (Exception fault) when (fault is RpcException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    /// <summary>The switch refuses the stream until its program runs, a moment after it took it.</summary>
    private async Task OpenPacketsAsync()
    {
        DataplaneInterface.DataplaneInterfaceClient client = new(_data);
        for (int attempt = 0; attempt < 100; attempt++)
        {
            _packets = client.PacketStream();
            Task<bool> first = _packets.ResponseStream.MoveNext(CancellationToken.None);
            await Task.WhenAny(first, Task.Delay(100));
            if (!first.IsFaulted)
            {
                _ = ReadPacketsAsync(_packets.ResponseStream, first);
                return;
            }

            _packets.Dispose();
        }

        Assert.Fail("simple_switch_grpc gives no packet stream");
    }

    private async Task ReadPacketsAsync(IAsyncStreamReader<PacketStreamResponse> packets, Task<bool> first)
    {
        try
        {
            for (bool more = await first; more; more = await packets.MoveNext(CancellationToken.None))
            {
                lock (_received)
                {
                    _received.Add(((int)packets.Current.Port, packets.Current.Packet.ToByteArray()));
                }
            }
        }
        catch (Exception fault) when (fault is RpcException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
