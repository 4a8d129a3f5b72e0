using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Telemetry.SoftSwitch.Tests.Differential;

/// <summary>Runs BMv2's simple_switch on frames from capture files.</summary>
internal static class Bmv2
{
    /// <summary>Why it cannot run; null when it can.</summary>
    public static string? Missing { get; } = Find("simple_switch") is null ? "simple_switch is not on the PATH"
        : Find("simple_switch_CLI") is null ? "simple_switch_CLI is not on the PATH" : null;

    /// <summary>What leaves each port, in hexadecimal, when the frames arrive so many microseconds apart.</summary>
    /// <exception cref="InvalidOperationException">The switch or its command line did not come up, or a command failed.</exception>
    public static IReadOnlyDictionary<int, IReadOnlyList<string>> Outputs(
        string json, IEnumerable<string> commands, IReadOnlyList<int> ports, IReadOnlyList<(int Port, byte[] Frame)> packets, int spacingUs)
    {
        string folder = Directory.CreateTempSubdirectory("telemetry-bmv2-").FullName;
        try
        {
            for (int waitSeconds = 5; waitSeconds <= 80; waitSeconds *= 4)
            {
                if (Run(folder, json, commands, ports, packets, spacingUs, waitSeconds))
                {
                    return ports.ToDictionary(p => p, p => PcapFile.Read(Path.Combine(folder, $"p{p}_out.pcap")));
                }
            }

            throw new InvalidOperationException("simple_switch was not set up in time");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>False when the set-up took longer than the switch waits before it reads the frames.</summary>
    private static bool Run(
        string folder, string json, IEnumerable<string> commands, IReadOnlyList<int> ports, IReadOnlyList<(int Port, byte[] Frame)> packets, int spacingUs, int waitSeconds)
    {
        foreach (int port in ports)
        {
            PcapFile.Write(
                Path.Combine(folder, $"p{port}_in.pcap"), packets.Select((p, i) => (p.Port, At: (long)i * spacingUs, p.Frame)).Where(p => p.Port == port).Select(p => (p.At, p.Frame)));
            File.Delete(Path.Combine(folder, $"p{port}_out.pcap"));
        }

        int thrift = FreePort();
        string number = thrift.ToString(CultureInfo.InvariantCulture);
        List<string> arguments = ["--use-files", waitSeconds.ToString(CultureInfo.InvariantCulture), "--thrift-port", number, "--device-id", number,
            "--notifications-addr", $"ipc://{folder}/notifications"];
        foreach (int port in ports)
        {
            arguments.AddRange(["-i", $"{port}@p{port}"]);
        }

        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Start("simple_switch", folder, [.. arguments, json, "--", "--priority-queues", "8"]);
        try
        {
            if (!WaitForPort(thrift, process))
            {
                throw new InvalidOperationException("simple_switch did not open its Thrift port");
            }

            Command(folder, number, commands);
            if (clock.Elapsed > TimeSpan.FromSeconds(waitSeconds - 1))
            {
                return false;
            }

            TimeSpan sent = TimeSpan.FromSeconds(waitSeconds) + TimeSpan.FromMicroseconds((double)spacingUs * packets.Count);
            long size = -1;
            for (int quiet = 0; clock.Elapsed < sent || quiet < 8;)
            {
                Thread.Sleep(250);
                long now = ports.Sum(p => new FileInfo(Path.Combine(folder, $"p{p}_out.pcap")) is { Exists: true } file ? file.Length : 0);
                quiet = now == size && clock.Elapsed > sent ? quiet + 1 : 0;
                size = now;
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"simple_switch ended by itself with code {process.ExitCode}");
                }
            }

            return true;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }
        }
    }

    private static void Command(string folder, string thriftPort, IEnumerable<string> commands)
    {
        using Process cli = Start("simple_switch_CLI", folder, ["--thrift-port", thriftPort]);
        foreach (string command in commands)
        {
            cli.StandardInput.WriteLine(command);
        }

        cli.StandardInput.Close();
        string said = cli.StandardOutput.ReadToEnd();
        cli.WaitForExit();
        if (said.Contains("Error", StringComparison.Ordinal) || said.Contains("Invalid", StringComparison.Ordinal) || said.Contains("nknown", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("simple_switch_CLI: " + said);
        }
    }

    private static Process Start(string program, string folder, string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo(Find(program)!, arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        if (program == "simple_switch")
        {
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
        }

        return process;
    }

    private static bool WaitForPort(int port, Process process)
    {
        for (int i = 0; i < 600 && !process.HasExited; i++)
        {
            try
            {
                using TcpClient client = new("127.0.0.1", port);
                return true;
            }
            catch (SocketException)
            {
                Thread.Sleep(100);
            }
        }

        return false;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
