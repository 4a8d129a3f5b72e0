using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Observing;
using Telemetry.Collector.Security;
using Telemetry.Controller.App;
using Telemetry.Controller.Hosts;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Running;
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
        Option<string?> program = new("--program") { Description = "Compiled P4 program of switches that name none: folder, JSON, or the name of one that ships; int by default" };
        Option<string?> report = new("--report") { Description = "ADDRESS:PORT of the collector node, as switches reach it; no INT without it" };
        Option<string?> reportMac = new("--report-mac") { Description = "MAC address of the collector's interface" };
        Option<int> mtu = new("--mtu") { Description = "Longest IPv4 packet between switches, bytes", DefaultValueFactory = _ => new IntOptions().MtuBytes };
        Option<string?> center = new("--collector") { Description = "HOST:PORT of a center: it is told of links and switches, so that watchers hear of dead ones" };
        Option<bool> learn = new("--learn-hosts") { Description = "Learn hosts from ARP and IPv6 neighbour discovery, answer for them, and route to those that the topology does not name", DefaultValueFactory = _ => true };
        Option<double?> drift = new("--drift-check") { Description = "Every so many seconds (0.1 to 86400), look whether switches still have what was installed, tell what others changed, and correct it" };
        Option<bool> keepDrift = new("--keep-drift") { Description = "With --drift-check: tell, but leave it as it is" };
        Option<string> name = new("--name") { Description = "Name towards the collector, unique among all devices", DefaultValueFactory = _ => "controller" };
        Option<string> election = new("--election-id")
        {
            Description = "Claimed at switches; the highest is primary, others stand by and take over. auto: whoever started first",
            DefaultValueFactory = _ => AutomaticElection,
        };
        Option<string?> closedLoop = new("--closed-loop") { Description = "HOST:PORT of a data center whose alerts shift load between ways of equal cost, and back" };
        Option<int> least = new("--least-weight") { Description = "Share that a port keeps whatever alerts say", DefaultValueFactory = _ => new ClosedLoopOptions().MinimumWeight };
        Option<int> most = new("--most-weight") { Description = "Share of a port without alerts, up to 16", DefaultValueFactory = _ => new ClosedLoopOptions().MaximumWeight };
        Option<double> hold = new("--hold") { Description = "Shortest time between two changes of a port, seconds", DefaultValueFactory = _ => new ClosedLoopOptions().Hold.TotalSeconds };
        Option<double> calm = new("--calm") { Description = "Time without alerts before a port gets load back, seconds", DefaultValueFactory = _ => new ClosedLoopOptions().Calm.TotalSeconds };
        Command command = new("controller", "Program running switches and keep them so: routes, INT roles, link probes")
        {
            topology, program, report, reportMac, mtu, center, learn, drift, keepDrift, name, election, closedLoop, least, most, hold, calm,
        };
        TelemetryArguments telemetry = new(command);
        TlsArguments tls = new(command, serves: false);
        SwitchTlsArguments switchTls = new(command, "--switch-tls");
        command.SetAction(async (parsed, cancellation) =>
        {
            Topology network = TopologyCatalog.Load(parsed.GetRequiredValue(topology));
            if (switchTls.Read(parsed) is { } common)
            {
                network = network with { Switches = [.. network.Switches.Select(s => s.Tls is null ? s with { Tls = common } : s)] };
            }

            ReportOptions? reports = parsed.GetValue(report) is { } collector ? new ReportOptions(Parse(collector)) : null;
            ControllerOptions options = new()
            {
                Program = P4Program.Load(ProgramLocator.Find(parsed.GetValue(program))),
                ClosedLoop = parsed.GetValue(closedLoop) is null ? null : Bounds(parsed.GetValue(least), parsed.GetValue(most), parsed.GetValue(hold), parsed.GetValue(calm)),
                ElectionId = Election(parsed.GetRequiredValue(election)),
                Report = reports is not null && parsed.GetValue(reportMac) is { } mac ? reports with { CollectorMac = mac } : reports,
                DriftCheck = parsed.GetValue(drift) switch
                {
                    null => null,
                    >= 0.1 and <= 86400 and var seconds => TimeSpan.FromSeconds(seconds),
                    var seconds => throw new CommandException($"--drift-check {seconds}: expected 0.1 to 86400 seconds"),
                },
                KeepDrift = parsed.GetValue(keepDrift),
                Hosts = parsed.GetValue(learn) ? new HostOptions() : null,
                Telemetry = telemetry.Read(parsed) with { MtuBytes = parsed.GetValue(mtu) },
            };
            TlsOptions? certificates = tls.Read(parsed);
            using GrpcChannel? alerts = parsed.GetValue(closedLoop) is { } feed ? Channels.Create(Url(feed, certificates, "--closed-loop"), certificates) : null;
            ObservationSender? sender = parsed.GetValue(center) is { } address
                ? new ObservationSender(Url(address, certificates, "--collector"), parsed.GetRequiredValue(name), certificates, TimeProvider.System, Console.Error.WriteLine)
                : null;
            Task following = Task.CompletedTask;
            try
            {
                await ControllerHost.RunAsync(network, options, Console.Error, cancellation, app =>
                {
                    if (sender is not null)
                    {
                        Tell(app, sender);
                    }

                    if (alerts is not null)
                    {
                        app.WeightsChanged += weights => Console.Error.WriteLine(Describe(weights));
                        following = AlertFeed.FollowAsync(alerts, app, TimeProvider.System, cancellation);
                    }
                }).ConfigureAwait(false);
            }
            finally
            {
                await following.ConfigureAwait(false);
                if (sender is not null)
                {
                    await sender.DisposeAsync().ConfigureAwait(false);
                }
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

    /// <exception cref="CommandException">They do not fit together.</exception>
    private static ClosedLoopOptions Bounds(int least, int most, double hold, double calm)
    {
        if (least < 1 || most <= least || most > 16 || !(hold is >= 0 and <= 3600) || !(calm >= hold && calm <= 3600))
        {
            throw new CommandException($"--least-weight {least} --most-weight {most} --hold {hold} --calm {calm}: 1 <= least < most <= 16 and 0 <= hold <= calm <= 3600 expected");
        }

        ClosedLoopOptions usual = new();
        TimeSpan calmTime = TimeSpan.FromSeconds(calm);
        return usual with
        {
            MinimumWeight = least,
            MaximumWeight = most,
            Hold = TimeSpan.FromSeconds(hold),
            Calm = calmTime,
            CalmMaximum = calmTime > usual.CalmMaximum ? calmTime : usual.CalmMaximum,
        };
    }

    private static string Describe(PortWeights weights) => weights.AreEven
        ? "weights: all ports alike"
        : $"weights: {string.Join(", ", weights.Reduced.Select(w => $"{w.Key.Switch}-p{w.Key.Port} {w.Value} of {weights.Maximum}"))}";

    /// <exception cref="CommandException">The address or a certificate is not of use.</exception>
    private static string Url(string address, TlsOptions? tls, string option)
    {
        // The same check that the tiers make of their upstream.
        PusherOptions check = new() { Url = TlsArguments.Url(address, tls), Tls = tls };
        try
        {
            check.Validate();
        }
        catch (ArgumentException fault)
        {
            throw new CommandException($"{option} {address}: {fault.Message}");
        }

        return check.Url;
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
