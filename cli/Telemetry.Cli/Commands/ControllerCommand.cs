using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Telemetry.Controller.App;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Topologies;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry controller</c>: drives running P4Runtime switches from a topology.</summary>
internal static class ControllerCommand
{
    public static Command Create()
    {
        Option<string> topology = new("--topology") { Description = "Topology file, or the name of a built-in", Required = true };
        Option<string?> program = new("--program") { Description = "Compiled P4 program of switches that name none: folder or JSON; p4/int by default" };
        Option<string?> report = new("--report") { Description = "ADDRESS:PORT of the collector node, as switches reach it; no INT without it" };
        Option<string?> reportMac = new("--report-mac") { Description = "MAC address of the collector's interface" };
        Option<int> mtu = new("--mtu") { Description = "Longest IPv4 packet between switches, bytes", DefaultValueFactory = _ => new IntOptions().MtuBytes };
        Command command = new("controller", "Program running switches and keep them so: routes, INT roles, link probes")
        {
            topology, program, report, reportMac, mtu,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            Topology network = TopologyCatalog.Load(parsed.GetRequiredValue(topology));
            string folder = parsed.GetValue(program) ?? Path.Combine(Checkout.Root(), "p4", "int");
            ReportOptions? reports = parsed.GetValue(report) is { } collector ? new ReportOptions(Parse(collector)) : null;
            ControllerOptions options = new()
            {
                Program = P4Program.Load(folder),
                Report = reports is not null && parsed.GetValue(reportMac) is { } mac ? reports with { CollectorMac = mac } : reports,
                Telemetry = new IntOptions { MtuBytes = parsed.GetValue(mtu) },
            };
            await ControllerHost.RunAsync(network, options, Console.Error, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static IPEndPoint Parse(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? point) && point is { AddressFamily: AddressFamily.InterNetwork, Port: > 0 }
            ? point
            : throw new CommandException($"--report {text}: IPv4 ADDRESS:PORT expected, e.g. 10.255.255.254:32766");
}
