using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Telemetry.Cli.Benchmarks;

/// <summary>A switch in a process of its own, without interfaces, on free ports of loopback.</summary>
internal sealed class BenchSwitch : IAsyncDisposable
{
    private readonly Process _process;

    private BenchSwitch(string name, string program, IEnumerable<string> arguments, int port)
    {
        Name = name;
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public string Address { get; }

    public static BenchSwitch StartEmbedded()
    {
        int port = FreePort();
        string own = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(own) == "dotnet";
        string[] arguments = [.. isHost ? [typeof(BenchSwitch).Assembly.Location] : Array.Empty<string>(), "switch", .. Arguments(port)];
        return new BenchSwitch("embedded", own, arguments, port);
    }

    public static BenchSwitch StartBmv2(string path)
    {
        int port = FreePort();
        return new BenchSwitch("bmv2", path, ["--thrift-port", FreePort().ToString(CultureInfo.InvariantCulture), .. Arguments(port)], port);
    }

    /// <summary>simple_switch_grpc on the PATH; null without.</summary>
    public static string? FindBmv2() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(p => p.Length > 0)
        .Select(p => Path.Combine(p, "simple_switch_grpc"))
        .FirstOrDefault(File.Exists);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private static string[] Arguments(int port) =>
        ["--no-p4", "--device-id", "0", "--", "--grpc-server-addr", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")];

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
