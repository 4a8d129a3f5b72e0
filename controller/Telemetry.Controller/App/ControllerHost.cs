using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.Controller.Client;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

/// <summary>Runs a controller against switches that serve P4Runtime over TCP, in real time.</summary>
public static class ControllerHost
{
    /// <summary>Port of switch n where the topology names no address: 50050 + n, as the P4 tutorials' launcher chooses.</summary>
    public const int FirstGrpcPort = 50050;

    /// <summary>Loads everything, then programs the switches and keeps them so until cancelled.</summary>
    /// <param name="topologyPath">Topology file.</param>
    /// <param name="programPath">Program of switches that name none: folder or JSON; null if all name one.</param>
    /// <param name="report">Collector for telemetry reports; null installs no INT.</param>
    /// <param name="log">Gets a line for each change of a switch or link.</param>
    /// <param name="cancellation">Ends it; the task then completes normally.</param>
    /// <exception cref="Inputs.InputException">A file has faults; nothing was contacted.</exception>
    /// <exception cref="P4Runtime.Errors.P4RuntimeException">A switch refused its program or an entry.</exception>
    public static async Task RunAsync(
        string topologyPath, string? programPath, IPEndPoint? report, TextWriter log, CancellationToken cancellation)
    {
        Topology topology = TopologyFile.Load(topologyPath);
        ControllerOptions options = new()
        {
            Program = programPath is null ? null : P4Program.Load(programPath),
            Report = report is null ? null : new ReportOptions(report),
        };
        await RunAsync(topology, options, log, cancellation).ConfigureAwait(false);
    }

    /// <summary>Like <see cref="RunAsync(string, string?, IPEndPoint?, TextWriter, CancellationToken)"/>, over what is loaded already.</summary>
    /// <param name="topology">What to program.</param>
    /// <param name="options">Program, reports, INT and probing.</param>
    /// <param name="log">Gets a line for each change of a switch or link.</param>
    /// <param name="cancellation">Ends it; the task then completes normally.</param>
    /// <param name="created">Gets the controller before it starts, to listen to it; its handlers are called on any thread.</param>
    /// <exception cref="Inputs.InputException">A file has faults; nothing was contacted.</exception>
    /// <exception cref="P4Runtime.Errors.P4RuntimeException">A switch refused its program or an entry.</exception>
    public static async Task RunAsync(
        Topology topology, ControllerOptions options, TextWriter log, CancellationToken cancellation, Action<ControllerApp>? created = null)
    {
        TextWriter lines = TextWriter.Synchronized(log);
        ConcurrentDictionary<string, GrpcChannel> channels = new();
        try
        {
            await using ControllerApp app = new(topology, options, TimeProvider.System, Connect);
            created?.Invoke(app);
            app.SwitchChanged += s => lines.WriteLine(
                s.Detail.Length == 0 ? $"{s.Name}: {s.State}, {s.EntriesInstalled} entries" : $"{s.Name}: {s.State}, {s.Detail}");
            app.DriftFound += (name, drift) => lines.WriteLine($"{name}: {drift}{(options.KeepDrift ? "; left as it is" : "; corrected")}");
            app.HostChanged += (what, host) => lines.WriteLine(what switch
            {
                Hosts.HostEvent.Conflict => $"host {host}: not believed, {host.Address} was heard elsewhere just now",
                Hosts.HostEvent.Refused => $"host {host}: not learned, the table is full",
                _ => $"host {host}: {what.ToString().ToLowerInvariant()}{(host.Moves > 0 ? $" ({host.Moves} moves)" : "")}",
            });
            app.LinkChanged += l => lines.WriteLine(
                $"{l.A.Device}-p{l.A.Port} - {l.B.Device}-p{l.B.Port}: {(l.Up ? "up" : "down")}, {l.Reason}");
            try
            {
                await app.StartAsync(cancellation).ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await lines.WriteLineAsync("stopping").ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (GrpcChannel channel in channels.Values)
            {
                channel.Dispose();
            }
        }

        CallInvoker Connect(SwitchNode node) => channels
            .GetOrAdd(node.Name, _ => SwitchChannel.Create(AddressOf(node), node.Tls))
            .CreateCallInvoker();
    }

    /// <summary>Where a switch serves P4Runtime: as the topology says, else on loopback.</summary>
    public static string AddressOf(SwitchNode node) => node.GrpcAddress ?? $"127.0.0.1:{FirstGrpcPort + node.NodeId}";
}
