using Grpc.Core;
using P4.V1;
using Telemetry.Controller.Client;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Cli.Benchmarks;

/// <summary>An embedded switch in this process, programmed over its own P4Runtime service.</summary>
internal sealed class MemorySwitch : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    private MemorySwitch(EventLoop loop, Switch made)
    {
        Loop = loop;
        Switch = made;
    }

    public EventLoop Loop { get; }

    public Switch Switch { get; }

    /// <summary>Makes the switch on a loop that does not run yet, so that calls to it end before they return.</summary>
    /// <exception cref="CommandException">The switch refused the program or an entry.</exception>
    public static MemorySwitch Create(P4Program program, IReadOnlyList<P4Update> entries, IPort wire, int workers = 1)
    {
        EventLoop loop = new();
        Switch made = new(loop, new SwitchOptions { Name = "bench", Workers = workers });
        MemorySwitch result = new(loop, made);
        made.AttachPort(SwitchWorkload.OutPort, wire, new PortOptions());
        result.Program(program, entries);
        return result;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        Loop.Dispose();
    }

    private void Program(P4Program program, IReadOnlyList<P4Update> entries)
    {
        CallInvoker invoker = InProcessCallInvoker.For(Switch.Service, new InProcessOptions { Time = Loop });
        P4Switch client = new(new P4SwitchOptions { Name = "bench", DeviceId = 0 }, () => invoker, Loop);
        Exception? fault = null;
        bool isReady = false;
        Task run = client.RunAsync(
            async (primary, cancellation) =>
            {
                try
                {
                    await primary.Pipeline.EnsureAsync(program, cancellation).ConfigureAwait(false);
                    await primary.WriteAsync(entries, cancellation).ConfigureAwait(false);
                    isReady = true;
                }
                catch (Exception thrown) when (thrown is Telemetry.P4Runtime.Errors.P4RuntimeException or RpcException)
                {
                    fault = thrown;
                }
            },
            _stop.Token);
        for (int i = 0; i < 1000 && !isReady && fault is null && !run.IsFaulted; i++)
        {
            Loop.RunUntil(Loop.NowNs + 1_000_000);
        }

        if (!isReady)
        {
            throw new CommandException($"{program.Name} on the embedded switch: {fault?.Message ?? "P4Runtime did not answer"}");
        }
    }
}
