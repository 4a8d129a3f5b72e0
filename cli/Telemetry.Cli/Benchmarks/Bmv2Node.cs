using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using P4.Bm;

namespace Telemetry.Cli.Benchmarks;

/// <summary>simple_switch_grpc in a process of its own, with numbered packets through its data-plane service: a packet a millisecond in at one port, and out at another.</summary>
internal sealed class Bmv2Node : IAsyncDisposable
{
    private const int CpuPort = 510;
    private const int ReportPort = 500;
    private const int MostAtOnce = 8;
    private const int PayloadAt = 14 + 20 + 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly GrpcChannel _data;
    private readonly ulong _deviceId;
    private readonly byte[] _template;
    private readonly ConcurrentDictionary<long, bool> _delivered = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _stopping = new();
    private AsyncDuplexStreamingCall<PacketStreamRequest, PacketStreamResponse>? _packets;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private long _sent;
    private long _reports;
    private long _damaged;

    /// <summary>Starts the process.</summary>
    /// <param name="path">simple_switch_grpc.</param>
    /// <param name="deviceId">P4Runtime device id.</param>
    /// <param name="source">Sending host's address.</param>
    /// <param name="destination">Receiving host's address.</param>
    public Bmv2Node(string path, int deviceId, IPAddress source, IPAddress destination)
    {
        int data = FreePort();
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");
        _deviceId = (ulong)deviceId;
        _template = Frame(source, destination);
        _process = Process.Start(new ProcessStartInfo(path,
        [
            "--no-p4", "--thrift-port", Text(FreePort()), "--device-id", Text(deviceId), "--", "--grpc-server-addr", Address,
            "--dp-grpc-server-addr", $"127.0.0.1:{Text(data)}", "--cpu-port", Text(CpuPort), "--priority-queues", "8",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _data = GrpcChannel.ForAddress($"http://127.0.0.1:{Text(data)}");
    }

    /// <summary>Where it serves P4Runtime.</summary>
    public string Address { get; }

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Packets that arrived as they were sent.</summary>
    public long Delivered => _delivered.Count;

    /// <summary>Telemetry reports that left.</summary>
    public long Reports => Interlocked.Read(ref _reports);

    /// <summary>Packets that arrived otherwise.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Opens the packet stream, once a program runs, and starts to send.</summary>
    /// <exception cref="CommandException">The switch gives no stream.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        DataplaneInterface.DataplaneInterfaceClient client = new(_data);
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            _packets = client.PacketStream(cancellationToken: _ending.Token);
            Task<bool> first = _packets.ResponseStream.MoveNext(CancellationToken.None);
            await Task.WhenAny(first, Task.Delay(200, cancellation)).ConfigureAwait(false);
            if (!first.IsFaulted)
            {
                _receiving = ReceiveAsync(_packets.ResponseStream, first);
                _sending = SendAsync(_packets.RequestStream);
                return;
            }

            _packets.Dispose();
            if (Stopwatch.GetElapsedTime(begun) > s_patience)
            {
                throw new CommandException("simple_switch_grpc gives no packet stream");
            }
        }
    }

    /// <summary>Numbers of the packets that did not arrive, as ranges; the first ten of them.</summary>
    public string Missing()
    {
        List<string> ranges = [];
        for (long at = 0; at < Sent && ranges.Count < 10; at++)
        {
            long first = at;
            while (at < Sent && !_delivered.ContainsKey(at))
            {
                at++;
            }

            if (at > first)
            {
                ranges.Add($"{first}..{at - 1}");
            }
        }

        return string.Join(' ', ranges);
    }

    /// <summary>Sends no more.</summary>
    public async Task StopSendingAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopSendingAsync().ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        _packets?.Dispose();
        _data.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
        _ending.Dispose();
        _stopping.Dispose();
    }

    private static byte[] Frame(IPAddress source, IPAddress destination)
    {
        byte[] frame = new byte[PayloadAt + 40];
        Convert.FromHexString("02000000000102000000000a08004500").CopyTo(frame, 0);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)(frame.Length - 14));
        (frame[22], frame[23]) = (64, 17);
        source.GetAddressBytes().CopyTo(frame, 26);
        destination.GetAddressBytes().CopyTo(frame, 30);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(34), 10_000);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), 20_000);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(frame.Length - 34));
        uint sum = 0;
        for (int i = 14; i < 34; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(i));
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), (ushort)~((sum & 0xFFFF) + (sum >> 16)));
        return frame;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A packet a millisecond; what a busy machine keeps this task from sending is left out, as a burst would overrun queues of 64.</summary>
    private async Task SendAsync(IClientStreamWriter<PacketStreamRequest> writer)
    {
        long begun = Stopwatch.GetTimestamp();
        long leftOut = 0;
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                long due = (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds - leftOut;
                leftOut += Math.Max(0, due - _sent - MostAtOnce);
                due = Math.Min(due, _sent + MostAtOnce);
                for (; _sent < due && !_stopping.IsCancellationRequested; Interlocked.Increment(ref _sent))
                {
                    byte[] frame = [.. _template];
                    BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(PayloadAt), _sent);
                    await writer.WriteAsync(new PacketStreamRequest { DeviceId = _deviceId, Port = 1, Packet = ByteString.CopyFrom(frame) }).ConfigureAwait(false);
                }

                await Task.Delay(1).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException or OperationCanceledException)
        {
            // told to end
        }
    }

    private async Task ReceiveAsync(IAsyncStreamReader<PacketStreamResponse> packets, Task<bool> first)
    {
        try
        {
            for (bool more = await first.ConfigureAwait(false); more; more = await packets.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                ReadOnlySpan<byte> frame = packets.Current.Packet.Span;
                if (packets.Current.Port == ReportPort)
                {
                    Interlocked.Increment(ref _reports);
                }
                else if (packets.Current.Port == 2 && frame.Length == _template.Length && frame[PayloadAt..][8..].IndexOfAnyExcept((byte)0) < 0)
                {
                    _delivered.TryAdd(BinaryPrimitives.ReadInt64BigEndian(frame[PayloadAt..]), true);
                }
                else
                {
                    Interlocked.Increment(ref _damaged);
                }
            }
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException or ObjectDisposedException)
        {
            // told to end
        }
    }
}
