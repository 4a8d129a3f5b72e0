using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using P4.Bm;

namespace Telemetry.Controller.Tests.Targets;

/// <summary>The ports of a switch, over its data-plane service.</summary>
internal sealed class DataPlane : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly ulong _device;
    private readonly AsyncDuplexStreamingCall<PacketStreamRequest, PacketStreamResponse> _packets;
    private readonly List<(int Port, byte[] Frame)> _received = [];
    private Task _reading = Task.CompletedTask;

    private DataPlane(GrpcChannel channel, ulong device)
    {
        _channel = channel;
        _device = device;
        _packets = new DataplaneInterface.DataplaneInterfaceClient(channel).PacketStream();
    }

    public static async Task<DataPlane> OpenAsync(string url, ulong device)
    {
        for (int attempt = 0; ; attempt++)
        {
            DataPlane opened = new(GrpcChannel.ForAddress(url), device);
            Task<bool> first = opened._packets.ResponseStream.MoveNext(CancellationToken.None);
            await Task.WhenAny(first, Task.Delay(100));
            if (!first.IsFaulted)
            {
                opened._reading = opened.ReadAsync(first);
                return opened;
            }

            await opened.DisposeAsync(); // a switch refuses the stream until its program runs, a moment after it took it
            Assert.True(attempt < 100, $"the switch gives no packet stream: {first.Exception?.Message}");
        }
    }

    public Task SendAsync(int port, byte[] frame) => _packets.RequestStream.WriteAsync(
        new PacketStreamRequest { DeviceId = _device, Port = (uint)port, Packet = ByteString.CopyFrom(frame) });

    /// <summary>Takes the first frame that left and is like this; others are forgotten.</summary>
    public (int Port, byte[] Frame)? Take(Func<int, byte[], bool> like)
    {
        lock (_received)
        {
            int index = _received.FindIndex(f => like(f.Port, f.Frame));
            if (index < 0)
            {
                return null;
            }

            (int, byte[]) found = _received[index];
            _received.RemoveRange(0, index + 1);
            return found;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _packets.Dispose();
        await _reading;
        _channel.Dispose();
    }

    private async Task ReadAsync(Task<bool> first)
    {
        try
        {
            for (bool more = await first; more; more = await _packets.ResponseStream.MoveNext(CancellationToken.None))
            {
                lock (_received)
                {
                    _received.Add(((int)_packets.ResponseStream.Current.Port, _packets.ResponseStream.Current.Packet.ToByteArray()));
                }
            }
        }
        catch (Exception fault) when (fault is RpcException or ObjectDisposedException)
        {
            return; // the test is over
        }
    }
}
