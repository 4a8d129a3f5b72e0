using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Devices;

/// <summary>Finds out which devices answer: by ping or a TCP connection, all at once, each period.</summary>
/// <param name="devices">Whom to ask; serialises itself.</param>
/// <param name="answered">Called with every device that answered; serialises itself.</param>
/// <param name="time">Clock of the period.</param>
internal sealed class ReachProber(Func<IReadOnlyList<ManagedDevice>> devices, Action<ManagedDevice> answered, TimeProvider time)
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(s_period, time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            await Task.WhenAll(devices().Where(device => device.Reach.Length > 0).Select(device => AskAsync(device, stop))).ConfigureAwait(false);
        }
    }

    private async Task AskAsync(ManagedDevice device, CancellationToken stop)
    {
        IPAddress address = IPAddress.Parse(device.Address);
        bool alive = DeviceBook.TcpPort(device.Reach) is { } port
            ? await ConnectsAsync(new IPEndPoint(address, port), stop).ConfigureAwait(false)
            : await AnswersAsync(address, stop).ConfigureAwait(false);
        if (alive)
        {
            answered(device);
        }
    }

    private static async Task<bool> AnswersAsync(IPAddress address, CancellationToken stop)
    {
        try
        {
            using Ping ping = new();
            return (await ping.SendPingAsync(address, s_patience, cancellationToken: stop).ConfigureAwait(false)).Status == IPStatus.Success;
        }
        catch (Exception fault) when (fault is PingException or PlatformNotSupportedException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> ConnectsAsync(IPEndPoint endPoint, CancellationToken stop)
    {
        using Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource limit = new(s_patience, time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await socket.ConnectAsync(endPoint, ended.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
