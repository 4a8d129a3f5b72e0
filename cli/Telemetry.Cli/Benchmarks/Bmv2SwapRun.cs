using System.Diagnostics;
using Grpc.Net.Client;
using Telemetry.Controller.App;
using Telemetry.Controller.Client;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Topologies;

namespace Telemetry.Cli.Benchmarks;

/// <summary>The swap of <see cref="SwapBenchmark"/> on four simple_switch_grpc, each with two hosts and a flow between them.</summary>
internal static class Bmv2SwapRun
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Packets sent, lost and damaged, and reports after the swap.</summary>
    public static async Task<IReadOnlyList<BenchResult>> RunAsync(
        string path, ControllerOptions before, ControllerOptions after, TextWriter progress, CancellationToken cancellation)
    {
        Topology topology = Topology();
        List<Bmv2Node> nodes = [];
        try
        {
            foreach (SwitchNode node in topology.Switches)
            {
                HostNode[] hosts = [.. topology.Hosts.Where(h => topology.Links.Any(l => (l.A.Device == h.Name && l.B.Device == node.Name) || (l.B.Device == h.Name && l.A.Device == node.Name)))];
                nodes.Add(new Bmv2Node(path, node.NodeId, hosts[0].Address, hosts[1].Address));
            }

            Dictionary<string, string> addresses = topology.Switches.Zip(nodes).ToDictionary(p => p.First.Name, p => p.Second.Address);
            await WithControllerAsync(topology, before, addresses, async () =>
            {
                foreach (Bmv2Node node in nodes)
                {
                    await node.StartAsync(cancellation).ConfigureAwait(false);
                }

                await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
            }, cancellation).ConfigureAwait(false);
            progress.WriteLine($"bmv2: {nodes.Sum(n => n.Sent)} packets sent, {nodes.Sum(n => n.Delivered)} delivered before the swap");
            long begun = Stopwatch.GetTimestamp();
            double seconds = 0;
            await WithControllerAsync(topology, after, addresses, async () =>
            {
                seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
            }, cancellation).ConfigureAwait(false);
            long reports = nodes.Sum(n => n.Reports);
            await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
            double rate = (nodes.Sum(n => n.Reports) - reports) / s_settle.TotalSeconds;
            foreach (Bmv2Node node in nodes)
            {
                await node.StopSendingAsync().ConfigureAwait(false);
            }

            // What waits in its queues still arrives.
            long sent = nodes.Sum(n => n.Sent);
            for (long delivered = -1; delivered != nodes.Sum(n => n.Delivered);)
            {
                delivered = nodes.Sum(n => n.Delivered);
                await Task.Delay(s_settle, cancellation).ConfigureAwait(false);
            }

            progress.WriteLine($"bmv2: swapped after {seconds:0.0} s; of each {string.Join(", ", nodes.Select(n => $"{n.Sent} sent, {n.Sent - n.Delivered} lost ({n.Missing()})"))}");
            return
            [
                new BenchResult("bmv2-sent", sent, "packets"),
                new BenchResult("bmv2-lost", sent - nodes.Sum(n => n.Delivered), "packets"),
                new BenchResult("bmv2-damaged", nodes.Sum(n => n.Damaged), "packets"),
                new BenchResult("bmv2-reports", rate, "reports/s"),
            ];
        }
        finally
        {
            foreach (Bmv2Node node in nodes)
            {
                await node.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task WithControllerAsync(
        Topology topology, ControllerOptions options, Dictionary<string, string> addresses, Func<Task> work, CancellationToken cancellation)
    {
        Dictionary<string, GrpcChannel> channels = addresses.ToDictionary(a => a.Key, a => SwitchChannel.Create(a.Value));
        try
        {
            await using ControllerApp controller = new(topology, options, TimeProvider.System, node => channels[node.Name].CreateCallInvoker());
            await controller.StartAsync(cancellation).WaitAsync(s_patience, cancellation).ConfigureAwait(false);
            await work().ConfigureAwait(false);
        }
        finally
        {
            foreach (GrpcChannel channel in channels.Values)
            {
                channel.Dispose();
            }
        }
    }

    /// <summary>Of <c>linear-4</c> the switches and their hosts: each switch is source and sink of its flow.</summary>
    private static Topology Topology()
    {
        Topology row = TopologyCatalog.Load("linear-4");
        HashSet<string> switches = [.. row.Switches.Select(s => s.Name)];
        return row with { Links = [.. row.Links.Where(l => !(switches.Contains(l.A.Device) && switches.Contains(l.B.Device)))] };
    }
}
