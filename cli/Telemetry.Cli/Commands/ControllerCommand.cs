using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Observing;
using Telemetry.Collector.Security;
using Telemetry.Controller.App;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Topologies;
using LinkStatus = Telemetry.Collector.Contracts.LinkStatus;
using Topology = Telemetry.Controller.Topologies.Topology;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry controller</c>: drives running P4Runtime switches from a topology.</summary>
internal static class ControllerCommand
{
    private const string AutomaticElection = "auto";
    private const long FirstElectionId = 1L << 42; // some decades of milliseconds above now

    public static Command Create()
    {
        Option<string> topology = new("--topology") { Description = "Topology file, or the name of a built-in", Required = true };
        Option<string?> program = new("--program") { Description = "Compiled P4 program of switches that name none: folder or JSON; p4/int by default" };
        Option<string?> report = new("--report") { Description = "ADDRESS:PORT of the collector node, as switches reach it; no INT without it" };
        Option<string?> reportMac = new("--report-mac") { Description = "MAC address of the collector's interface" };
        Option<int> mtu = new("--mtu") { Description = "Longest IPv4 packet between switches, bytes", DefaultValueFactory = _ => new IntOptions().MtuBytes };
        Option<string?> center = new("--collector") { Description = "HOST:PORT of a center: it is told of links and switches, so that watchers hear of dead ones" };
        Option<string> name = new("--name") { Description = "Name towards the collector, unique among all devices", DefaultValueFactory = _ => "controller" };
        Option<string> election = new("--election-id")
        {
            Description = "Claimed at switches; the highest is primary, others stand by and take over. auto: whoever started first",
            DefaultValueFactory = _ => AutomaticElection,
        };
        Command command = new("controller", "Program running switches and keep them so: routes, INT roles, link probes")
        {
            topology, program, report, reportMac, mtu, center, name, election,
        };
        TelemetryArguments telemetry = new(command);
        TlsArguments tls = new(command, serves: false);
        command.SetAction(async (parsed, cancellation) =>
        {
            Topology network = TopologyCatalog.Load(parsed.GetRequiredValue(topology));
            string folder = parsed.GetValue(program) ?? Path.Combine(Checkout.Root(), "p4", "int");
            ReportOptions? reports = parsed.GetValue(report) is { } collector ? new ReportOptions(Parse(collector)) : null;
            ControllerOptions options = new()
            {
                Program = P4Program.Load(folder),
                ElectionId = Election(parsed.GetRequiredValue(election)),
                Report = reports is not null && parsed.GetValue(reportMac) is { } mac ? reports with { CollectorMac = mac } : reports,
                Telemetry = telemetry.Read(parsed) with { MtuBytes = parsed.GetValue(mtu) },
            };
            if (parsed.GetValue(center) is not { } address)
            {
                await ControllerHost.RunAsync(network, options, Console.Error, cancellation).ConfigureAwait(false);
                return 0;
            }

            ObservationSender sender = StartSender(address, parsed.GetRequiredValue(name), tls.Read(parsed));
            await using (sender.ConfigureAwait(false))
            {
                await ControllerHost.RunAsync(network, options, Console.Error, cancellation, app => Tell(app, sender)).ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    /// <summary>An id that is the lower the later it is asked for, so that controllers need not know of each other.</summary>
    private static UInt128 Election(string text)
    {
        if (text == AutomaticElection)
        {
            return (UInt128)(FirstElectionId - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        }

        return UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 id) && id > 0
            ? id
            : throw new CommandException($"--election-id {text}: a number above 0, or {AutomaticElection} expected");
    }

    /// <exception cref="CommandException">The address or a certificate is not of use.</exception>
    private static ObservationSender StartSender(string address, string name, TlsOptions? tls)
    {
        // The same check that the tiers make of their upstream.
        PusherOptions check = new() { Url = TlsArguments.Url(address, tls), Tls = tls };
        try
        {
            check.Validate();
        }
        catch (ArgumentException fault)
        {
            throw new CommandException($"--collector {address}: {fault.Message}");
        }

        return new ObservationSender(check.Url, name, tls, TimeProvider.System, Console.Error.WriteLine);
    }

    private static void Tell(ControllerApp app, ObservationSender sender)
    {
        app.LinkChanged += change => sender.OnLink(new LinkStatus
        {
            A = change.A.Device,
            APort = (uint)change.A.Port,
            B = change.B.Device,
            BPort = (uint)change.B.Port,
            State = change.Up ? LinkState.Up : LinkState.Down,
            SinceNs = change.TimeNs,
            Reason = change.Reason,
        });
        app.SwitchChanged += status => sender.OnDevice(new DeviceStatus
        {
            Name = status.Name,
            Kind = DeviceKind.Switch,

            // Lost here need not be dead: whether it is silent, its reports and counters tell.
            State = status.State is SwitchState.Primary or SwitchState.Backup ? DeviceState.Up : DeviceState.Unspecified,
            LastSeenNs = status.SinceNs,
        });
    }

    private static IPEndPoint Parse(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? point) && point is { AddressFamily: AddressFamily.InterNetwork, Port: > 0 }
            ? point
            : throw new CommandException($"--report {text}: IPv4 ADDRESS:PORT expected, e.g. 10.255.255.254:32766");
}
