using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Telemetry.Collector.Contracts;
using Telemetry.Controller.App;
using Telemetry.Controller.Client;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Alerts;
using Telemetry.Inference.Detectors;
using Telemetry.Lab.Mininet;
using Telemetry.Lab.Programs;
using Telemetry.Lab.Running;

namespace Telemetry.Lab.Live;

/// <summary>
/// A whole lab in real time: a network, the controller and the collector's tiers, which talk gRPC and UDP as they would
/// on machines of their own.
/// </summary>
public static class LiveLab
{
    /// <summary>What progress says once the network can be used.</summary>
    public const string Converged = "every switch is programmed and every link answers";

    /// <summary>Twenty switches compile their program on a machine that does something else besides.</summary>
    private const double BusyConvergenceSeconds = 40;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs on the embedded fabric.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<LabResult> RunEmbeddedAsync(
        LabOptions options, LiveSettings settings, IPortDetector detector, AlertOptions alerts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(settings);
        return RunAsync(
            options, settings, new EmbeddedNetwork(options.Topology, options.Seed, settings.Time), detector, alerts, cancellation);
    }

    /// <summary>Runs on Mininet's hosts and links; the caller has put this process into a network namespace of its own.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<LabResult> RunMininetAsync(
        LabOptions options, LiveSettings settings, MininetOptions mininet, IPortDetector detector, AlertOptions alerts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(settings);
        return RunAsync(options, settings, new LiveMininet(options.Topology, mininet, options.Seed, settings.Time), detector, alerts, cancellation);
    }

    /// <summary>Starts everything, runs the scenario, and ends everything in order; cancellation ends the scenario early, with a result.</summary>
    /// <exception cref="LabException">An option, the program or the scenario does not fit, or the switches did not come up.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the scenario ran.</exception>
    private static async Task<LabResult> RunAsync(
        LabOptions options, LiveSettings settings, ILiveNetwork network, IPortDetector detector, AlertOptions alerts, CancellationToken cancellation)
    {
        await using ConfiguredAsyncDisposable networkEnd = network.ConfigureAwait(false);
        options.Validate();
        P4Program program = ControllerSetup.LoadProgram(options);
        long startNs = settings.Time.GetUtcNow().Ticks * 100 - (DateTime.UnixEpoch.Ticks * 100);
        await network.StartAsync(cancellation).ConfigureAwait(false);
        settings.Progress("the network is up");
        LiveChain chain = await LiveChain.StartAsync(
            options.Topology, program, options, network, detector, alerts, settings.Time, settings.Loggers, settings.Progress, cancellation).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable chainEnd = chain.ConfigureAwait(false);
        settings.Serving(chain.Feed);

        ConcurrentDictionary<string, GrpcChannel> channels = new();
        ControllerApp? controller = null;
        LabOptions now = options;
        using CancellationTokenSource followEnd = new();
        Task follow = Task.CompletedTask;
        try
        {
            if (options.Controlled)
            {
                await ControlAsync(cancellation).ConfigureAwait(false);
                settings.Progress(Converged);
                if (options.ClosedLoop is not null)
                {
                    GrpcChannel feed = channels.GetOrAdd("the feed", _ => GrpcChannel.ForAddress(chain.Feed));
                    follow = AlertFeed.FollowAsync(feed, controller!, settings.Time, followEnd.Token);
                }
            }

            try
            {
                await (settings.Command is { } command
                    ? network.RunCommandAsync(command, options, SwapAsync, cancellation)
                    : network.RunAsync(options, settings.Progress, cancellation)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                settings.Progress("interrupted: ending in order");
            }
            catch (ArgumentException fault)
            {
                throw new LabException(fault.Message, fault);
            }

            // The last packets and windows are still on their way.
            await Task.Delay(TimeSpan.FromMilliseconds(300), settings.Time, CancellationToken.None).ConfigureAwait(false);
            Totals totals = await chain.FinishAsync().ConfigureAwait(false);
            return await network.CompleteAsync(new LabResult(options, startNs, 0, totals, null, null)).ConfigureAwait(false);
        }
        finally
        {
            await followEnd.CancelAsync().ConfigureAwait(false);
            await follow.ConfigureAwait(false);
            if (controller is not null)
            {
                await controller.DisposeAsync().ConfigureAwait(false);
            }

            foreach (GrpcChannel channel in channels.Values)
            {
                channel.Dispose();
            }
        }

        async Task ControlAsync(CancellationToken stop)
        {
            controller = new ControllerApp(now.Topology, Options(program, now, network), settings.Time, Connect);
            Convergence convergence = new(now.Topology, controller);
            network.Drain = drain => controller.Drain(drain.A, drain.B, drain.Drained);
            controller.LinkChanged += change => chain.TellLink(change.A.Device, ControllerSetup.Status(change));
            controller.SwitchChanged += status => chain.TellDevice(ControllerSetup.Reading(status));
            await ConvergeAsync(controller, convergence, now, settings, stop).ConfigureAwait(false);
        }

        // A controller that wants the new program takes the place of the one that wanted the old: switches keep their entries meanwhile.
        async Task<string> SwapAsync(string switchName, string wanted, string folder, CancellationToken stop)
        {
            if (controller is null || options.ClosedLoop is not null)
            {
                throw new LabException(controller is null
                    ? "this lab has no controller of its own: telemetry p4 swap changes a switch's program"
                    : "programs are not swapped while alerts shift load");
            }

            LabOptions next = ProgramSelection.Of(now, switchName, wanted);
            next = await LabPrograms.CompileAsync(next, folder, stop).ConfigureAwait(false);
            LabPrograms.Check(next);
            await controller.DisposeAsync().ConfigureAwait(false);
            now = next;
            await ControlAsync(stop).ConfigureAwait(false);
            return $"{switchName} runs {Path.GetFileNameWithoutExtension(next.Topology.Switches.First(s => s.Name == switchName).Program)}";
        }

        CallInvoker Connect(SwitchNode node) => channels
            .GetOrAdd(node.Name, _ => SwitchChannel.Create(network.UrlOf(node)))
            .CreateCallInvoker();
    }

    private static ControllerOptions Options(P4Program program, LabOptions options, ILiveNetwork network)
    {
        ControllerOptions usual = ControllerSetup.Options(program, options);
        ReportOptions report = usual.Report!;
        return usual with
        {
            Report = network.CollectorMac is { } mac ? report with { Collector = network.Collector, CollectorMac = mac } : report,
            Telemetry = usual.Telemetry with { MtuBytes = network.MtuBytes },
        };
    }

    private static async Task ConvergeAsync(
        ControllerApp controller, Convergence convergence, LabOptions options, LiveSettings settings, CancellationToken cancellation)
    {
        Task started = controller.StartAsync(cancellation);
        long begun = settings.Time.GetTimestamp();
        double limit = Math.Max(options.ConvergenceSeconds, BusyConvergenceSeconds);
        while (true)
        {
            if (started.IsFaulted)
            {
                await started.ConfigureAwait(false);
            }

            if (started.IsCompletedSuccessfully && convergence.IsReached)
            {
                return;
            }

            if (settings.Time.GetElapsedTime(begun).TotalSeconds > limit)
            {
                throw new LabException(
                    $"the switches did not come up within {limit} s: {string.Join("; ", convergence.Missing())}");
            }

            await Task.Delay(s_look, settings.Time, cancellation).ConfigureAwait(false);
        }
    }
}
