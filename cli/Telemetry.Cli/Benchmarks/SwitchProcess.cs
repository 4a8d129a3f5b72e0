using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Telemetry.Cli.Benchmarks;

/// <summary>A switch program with simple_switch_grpc's command line, started as a process of its own.</summary>
/// <param name="Name">Name in faults.</param>
/// <param name="FileName">What is started.</param>
/// <param name="First">Arguments before those of simple_switch_grpc.</param>
/// <param name="Last">Arguments before the second part of its command line.</param>
internal sealed record SwitchProcess(string Name, string FileName, IReadOnlyList<string> First, IReadOnlyList<string> Last)
{
    private const string ThriftPort = "--thrift-port";

    /// <summary>
    /// Packets that BMv2 may queue here: with its usual 64 it drops most of a burst whenever its egress thread waits for a
    /// processor, which says more about the machine than about the switch.
    /// </summary>
    private const int Bmv2QueueDepth = 20_000;
    /// <summary>This program's own switch.</summary>
    public static SwitchProcess Own(int workers)
    {
        string host = Environment.ProcessPath ?? throw new CommandException("cannot tell where this program is");
        string[] dll = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "telemetry.dll")] : [];
        return new SwitchProcess("telemetry switch", host, [.. dll, "switch"], workers == 1 ? [] : ["--workers", workers.ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>BMv2; null where it is not on the PATH.</summary>
    public static SwitchProcess? Bmv2()
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "simple_switch_grpc"))
            .FirstOrDefault(File.Exists);
        return path is null ? null : new SwitchProcess("simple_switch_grpc", path, [], [ThriftPort, FreePort().ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>Gives BMv2 a longer queue through its own command line tool; returns false where that is missing or fails. Nothing to do for other switches.</summary>
    public async Task<bool> LengthenQueuesAsync(CancellationToken cancellation)
    {
        if (Last is not [ThriftPort, string port])
        {
            return true;
        }

        string tool = Path.Combine(Path.GetDirectoryName(FileName)!, "simple_switch_CLI");
        if (!File.Exists(tool))
        {
            return false;
        }

        using Process process = Process.Start(new ProcessStartInfo(tool, [ThriftPort, port])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"set_queue_depth {Bmv2QueueDepth}")).ConfigureAwait(false);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        string errors = await process.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return process.ExitCode == 0 && errors.Length == 0 && !(await output.ConfigureAwait(false)).Contains("Error", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Starts it without a program on two interfaces, device 0; returns the process and its P4Runtime address.</summary>
    public (Process Process, string Address) Start(string inInterface, string outInterface)
    {
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");
        ProcessStartInfo start = new(
            FileName,
            [.. First, "-i", $"{SwitchWorkload.InPort}@{inInterface}", "-i", $"{SwitchWorkload.OutPort}@{outInterface}", "--device-id", "0", "--no-p4", .. Last, "--", "--grpc-server-addr", address])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start) ?? throw new CommandException($"cannot start {FileName}");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return (process, address);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
