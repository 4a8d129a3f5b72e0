using Telemetry.SoftSwitch.Control;
using Telemetry.SoftSwitch.Hosting.Capture;
using Telemetry.SoftSwitch.Hosting.Dataplane;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Hosting;

/// <summary>The core of <c>telemetry switch</c>: one switch on network interfaces, with simple_switch_grpc's command line.</summary>
public static class SwitchHost
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Takes the answers of --help and the like, and with --log-console the log.</param>
    /// <param name="log">Takes faults, notes and the line that says where the switch is served.</param>
    /// <param name="cancellation">Ends the switch.</param>
    /// <returns>The exit code: 0 after cancellation, 2 for a bad command line, 1 for any other fault.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter log, CancellationToken cancellation)
    {
        if (args.Contains("--control"))
        {
            return await ControlCommand.RunAsync(args, output, log, cancellation).ConfigureAwait(false);
        }

        (SwitchCommandLine options, IReadOnlyList<string> faults) = SwitchCommandLine.Parse(args);
        TextWriter notes = TextWriter.Synchronized(log);
        if (faults.Count > 0)
        {
            foreach (string fault in faults)
            {
                await notes.WriteLineAsync($"telemetry switch: {fault}").ConfigureAwait(false);
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
            await RunAsync(options, TextWriter.Synchronized(output), notes, cancellation).ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception fault) when (fault is IOException or ProgramException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            await notes.WriteLineAsync($"telemetry switch: {fault.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task RunAsync(SwitchCommandLine options, TextWriter output, TextWriter log, CancellationToken cancellation)
    {
        SwitchProgram? program = options.ProgramPath is null ? null : Load(options.ProgramPath);
        using RotatingFile? file = options.LogFile is null ? null : new RotatingFile(options.LogFile, options.LogFileBytes, options.LogFileCount);
        await using TraceWriter? trace = options.LogConsole || file is not null ? new TraceWriter(file ?? output, new TraceQueue()) : null;
        using EventLoop loop = new(TimeProvider.System.GetUtcNow());
        using CancellationTokenSource stop = new();
        TaskCompletionSource loopEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Note(string line) => log.WriteLine($"telemetry switch: {line}");
        using PcapRecorder? recorder = options.PcapDirectory is null ? null : new PcapRecorder(loop, options.PcapDirectory, options.Interfaces, Note);
        Thread loopThread = new(() => Run(loop, loopEnded, stop.Token)) { IsBackground = true, Name = "switch" };
        List<IDisposable> ports = [];
        loopThread.Start();
        try
        {
            Switch created = await loop.InvokeAsync(() => new Switch(loop, new SwitchOptions
            {
                Name = $"device {options.DeviceId}",
                DeviceId = options.DeviceId,
                CpuPort = options.CpuPort,
                DropPort = options.DropPort,
                Observer = recorder,
                PortNames = options.Interfaces.GroupBy(i => i.Value).ToDictionary(i => i.Key, i => i.First().Key, StringComparer.Ordinal),
                Workers = options.Workers,
            })).ConfigureAwait(false);
            await OnLoopAsync(loop, () => SetQueues(created, options)).ConfigureAwait(false);
            SwitchLog? switchLog = trace is null ? null : new SwitchLog(created, trace.Queue);
            if (switchLog is not null)
            {
                await OnLoopAsync(loop, () => switchLog.Configure(options.Log)).ConfigureAwait(false);
            }

            if (program is not null)
            {
                await OnLoopAsync(loop, () => created.LoadProgram(program)).ConfigureAwait(false);
            }

            await using GrpcServer? dataplane = await StartDataplaneAsync(options, created, cancellation).ConfigureAwait(false);
            Action start = dataplane is null ? await AttachAsync(options, created, ports, Note).ConfigureAwait(false) : () => { };
            await using P4RuntimeServer server = await P4RuntimeServer.StartAsync(created, switchLog, options.Grpc, options.Tls, cancellation).ConfigureAwait(false);
            start();
            if (options.WithoutEffect.Count > 0)
            {
                Note($"without effect here: {string.Join(", ", options.WithoutEffect)}");
            }

            Note($"P4Runtime on {server.Host}:{server.Port}{(options.Tls is null ? "" : " with TLS")}, device {options.DeviceId}, "
                + (dataplane is null ? $"{ports.Count} ports" : $"data plane on {options.DataplaneGrpc!.Host}:{dataplane.Port}"));
            await log.FlushAsync(cancellation).ConfigureAwait(false);
            using CancellationTokenRegistration cancelled = cancellation.Register(() => loopEnded.TrySetCanceled(cancellation));
            await loopEnded.Task.ConfigureAwait(false);
        }
        finally
        {
            foreach (IDisposable port in ports)
            {
                port.Dispose();
            }

            await stop.CancelAsync().ConfigureAwait(false);
            loopThread.Join();
        }
    }

    private static async Task<GrpcServer?> StartDataplaneAsync(SwitchCommandLine options, Switch created, CancellationToken cancellation)
    {
        if (options.DataplaneGrpc is null)
        {
            return null;
        }

        DataplaneService service = new(created);
        await OnLoopAsync(created.Loop, () => service.AttachPorts(port => PortOptionsOf(options, port))).ConfigureAwait(false);
        return await GrpcServer.StartAsync("data plane", [ServedObject.Of(service)], options.DataplaneGrpc, null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Attaches interfaces or capture files; the result begins to receive.</summary>
    private static async Task<Action> AttachAsync(SwitchCommandLine options, Switch created, List<IDisposable> ports, Action<string> note)
    {
        Action start = () => { };
        List<CaptureFilePort> files = [];
        foreach ((int number, string name) in options.Interfaces)
        {
            IPort wire;
            if (options.UseFilesAfterSeconds is null)
            {
                PacketSocketPort port = new(name, created.Loop);
                ports.Add(port);
                start += () => port.Start(created, number);
                wire = port;
            }
            else
            {
                CaptureFilePort port = await created.Loop.InvokeAsync(() => new CaptureFilePort(name, number, created.Loop, note)).ConfigureAwait(false);
                ports.Add(port);
                files.Add(port);
                wire = port;
            }

            await OnLoopAsync(created.Loop, () => created.AttachPort(number, wire, PortOptionsOf(options, number))).ConfigureAwait(false);
        }

        if (options.UseFilesAfterSeconds is int seconds)
        {
            start += () => created.Loop.Post(() => CaptureFilePort.Play(files, created, created.Loop, created.Loop.NowNs + (seconds * 1_000_000_000L)));
        }

        return start;
    }

    private static Task OnLoopAsync(EventLoop loop, Action work) => loop.InvokeAsync(() =>
    {
        work();
        return true;
    });

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

    private static void SetQueues(Switch created, SwitchCommandLine options)
    {
        foreach (((int port, int priority), QueueOptions limits) in options.QueueLimits)
        {
            created.SetQueueOptions(port, priority, limits);
        }
    }

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
}
