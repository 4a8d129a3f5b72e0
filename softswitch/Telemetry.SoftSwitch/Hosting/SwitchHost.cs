using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>The core of <c>telemetry switch</c>: one switch on network interfaces, with simple_switch_grpc's command line.</summary>
public static class SwitchHost
{
    /// <summary>Runs until cancelled; returns the exit code: 0 after cancellation, 2 for a bad command line, 1 for any other fault, which is written to the log.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter log, CancellationToken cancellation)
    {
        (SwitchCommandLine options, IReadOnlyList<string> faults) = SwitchCommandLine.Parse(args);
        TextWriter output = TextWriter.Synchronized(log);
        if (faults.Count > 0)
        {
            foreach (string fault in faults)
            {
                await output.WriteLineAsync($"telemetry switch: {fault}").ConfigureAwait(false);
            }

            return 2;
        }

        if (options.Answer is not null)
        {
            await output.WriteLineAsync(options.Answer).ConfigureAwait(false);
            return 0;
        }

        try
        {
            await RunAsync(options, output, cancellation).ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault) when (fault is IOException or ProgramException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            await output.WriteLineAsync($"telemetry switch: {fault.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task RunAsync(SwitchCommandLine options, TextWriter log, CancellationToken cancellation)
    {
        SwitchProgram? program = options.ProgramPath is null ? null : Load(options.ProgramPath);
        using StreamWriter? file = options.LogFile is null ? null : new StreamWriter(options.LogFile) { AutoFlush = true };
        using EventLoop loop = new(TimeProvider.System.GetUtcNow());
        using CancellationTokenSource stop = new();
        TaskCompletionSource loopEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread loopThread = new(() => Run(loop, loopEnded, stop.Token)) { IsBackground = true, Name = "switch" };
        List<PacketSocketPort> ports = [];
        loopThread.Start();
        try
        {
            Switch created = await loop.InvokeAsync(() => new Switch(loop, new SwitchOptions
            {
                Name = $"device {options.DeviceId}",
                DeviceId = options.DeviceId,
                CpuPort = options.CpuPort,
                DropPort = options.DropPort,
                ProgramLog = options.LogConsole || file is not null ? line => Write(line, options.LogConsole ? log : null, file) : null,
            })).ConfigureAwait(false);
            foreach ((int number, string name) in options.Interfaces)
            {
                PacketSocketPort port = new(name, loop);
                ports.Add(port);
                await loop.InvokeAsync(() =>
                {
                    created.AttachPort(number, port, PortOptionsOf(options, number));
                    return true;
                }).ConfigureAwait(false);
            }

            if (program is not null)
            {
                await loop.InvokeAsync(() =>
                {
                    created.LoadProgram(program);
                    return true;
                }).ConfigureAwait(false);
            }

            await using P4RuntimeServer server = await P4RuntimeServer.StartAsync(created, options.GrpcHost, options.GrpcPort, cancellation).ConfigureAwait(false);
            foreach ((int number, PacketSocketPort port) in options.Interfaces.Keys.Zip(ports))
            {
                port.Start(created, number);
            }

            if (options.WithoutEffect.Count > 0)
            {
                await log.WriteLineAsync($"telemetry switch: without effect here: {string.Join(", ", options.WithoutEffect)}").ConfigureAwait(false);
            }

            await log.WriteLineAsync($"telemetry switch: P4Runtime on {server.Host}:{server.Port}, device {options.DeviceId}, {ports.Count} ports").ConfigureAwait(false);
            await log.FlushAsync(cancellation).ConfigureAwait(false);
            using CancellationTokenRegistration cancelled = cancellation.Register(() => loopEnded.TrySetCanceled(cancellation));
            await loopEnded.Task.ConfigureAwait(false);
        }
        finally
        {
            foreach (PacketSocketPort port in ports)
            {
                port.Dispose();
            }

            await stop.CancelAsync().ConfigureAwait(false);
            loopThread.Join();
        }
    }

    /// <summary>The loop's thread; what it throws ends the host.</summary>
    private static void Run(EventLoop loop, TaskCompletionSource ended, CancellationToken stop)
    {
        try
        {
            loop.RunRealTime(stop);
        }
#pragma warning disable CA1031 // the top of the loop: the fault belongs to whoever awaits the host
        catch (Exception fault)
#pragma warning restore CA1031
        {
            ended.TrySetException(fault);
        }
    }

    private static PortOptions PortOptionsOf(SwitchCommandLine options, int port) => new(
        options.QueueRates.TryGetValue(port, out long rate) ? rate : 0,
        options.QueueDepths.TryGetValue(port, out int depth) ? depth : new PortOptions().QueueDepthPackets);

    private static SwitchProgram Load(string path)
    {
        try
        {
            return SwitchProgram.Load(File.ReadAllBytes(path));
        }
        catch (ProgramException fault)
        {
            throw new IOException($"{path}: {fault.Message}", fault);
        }
    }

    private static void Write(string line, TextWriter? console, StreamWriter? file)
    {
        console?.WriteLine(line);
        file?.WriteLine(line);
    }
}
