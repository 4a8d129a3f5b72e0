using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using P4.Bm;

namespace Telemetry.Controller.Tests.Targets;

/// <summary>A switch that serves P4Runtime over gRPC on loopback, without interfaces; it can be restarted at the same address.</summary>
internal abstract class LiveSwitch : IAsyncDisposable
{
    public const int DeviceId = 1;
    public const int CpuPort = 510;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static int s_lastPort = Environment.ProcessId * 89;
    private readonly int _control = FreePort();
    private readonly int _data = FreePort();

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_control}");

    protected string[] Arguments =>
        ["--no-p4", .. First, "--device-id", $"{DeviceId}", "--", "--grpc-server-addr", Address, "--dp-grpc-server-addr", $"127.0.0.1:{_data}", "--cpu-port", $"{CpuPort}", .. Last];

    /// <summary>Arguments in front of the second part of the command line.</summary>
    protected virtual IEnumerable<string> First => [];

    /// <summary>Arguments at the end.</summary>
    public IReadOnlyList<string> Last { get; init; } = [];

    public static async Task<LiveSwitch> StartAsync(string target, params string[] last)
    {
        LiveSwitch created = target == TargetNames.Bmv2 ? new Bmv2Switch { Last = last } : new EmbeddedSwitch { Last = last };
        await created.StartAsync();
        return created;
    }

    public async Task StartAsync()
    {
        await LaunchAsync();
        await UntilAsync(() => Listens(_control) && Listens(_data), "that the switch listens");
    }

    /// <summary>Ends it as a crash would.</summary>
    public abstract Task StopAsync();

    /// <summary>Tells the switch that a port went down or up.</summary>
    public async Task SetPortAsync(int port, bool up)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_data}");
        await new DataplaneInterface.DataplaneInterfaceClient(channel).SetPortOperStatusAsync(new SetPortOperStatusRequest
        {
            DeviceId = DeviceId,
            Port = (uint)port,
            OperStatus = up ? PortOperStatus.OperStatusUp : PortOperStatus.OperStatusDown,
        });
    }

    /// <summary>Frames in and out of the switch's ports; its program has to run already.</summary>
    internal Task<DataPlane> OpenPortsAsync() => DataPlane.OpenAsync($"http://127.0.0.1:{_data}", DeviceId);

    public async ValueTask DisposeAsync() => await StopAsync();

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_limit, $"waited in vain for {what}");
            await Task.Delay(2);
        }
    }

    /// <summary>Below those that the system gives to whoever asks for any, so that nobody takes it before the switch does.</summary>
    protected static int FreePort()
    {
        while (true)
        {
            int port = 10_000 + (Interlocked.Increment(ref s_lastPort) % 20_000);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                continue; // taken
            }
        }
    }

    protected abstract Task LaunchAsync();

    private static bool Listens(int port)
    {
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
    }
}
