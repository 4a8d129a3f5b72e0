using System.Buffers.Binary;
using System.Net;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Nodes;
using Telemetry.Controller.App;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Lab.Randomness;
using LinkStatus = Telemetry.Collector.Contracts.LinkStatus;

namespace Telemetry.Lab.Running;

/// <summary>What virtual and real time have in common about the controller.</summary>
internal static class ControllerSetup
{
    /// <summary>Where reports are addressed to: the wire behind a report port has one receiver, the node.</summary>
    private static readonly IPEndPoint s_collector = new(IPAddress.Parse("10.255.255.254"), 32766);

    public static P4Program LoadProgram(LabOptions options) => P4Program.Load(ProgramLocator.Find(options.Program));

    public static ControllerOptions Options(P4Program program, LabOptions options)
    {
        // Derived, not random: probes are bytes on the wires, and equal runs have equal bytes.
        byte[] key = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(key, LabRandom.Derive(options.Seed, "probe key"));
        return new ControllerOptions
        {
            Program = program, Report = new ReportOptions(s_collector), Telemetry = options.Telemetry, ClosedLoop = options.ClosedLoop, ProbeKey = key,
        };
    }

    public static LinkStatus Status(LinkChanged change) => new()
    {
        A = change.A.Device,
        APort = (uint)change.A.Port,
        B = change.B.Device,
        BPort = (uint)change.B.Port,
        State = change.Up ? LinkState.Up : LinkState.Down,
        SinceNs = change.TimeNs,
        Reason = change.Reason,
    };

    public static DeviceReading Reading(SwitchStatus status) => new(
        status.Name,
        DeviceKind.Switch,
        status.State is SwitchState.Primary or SwitchState.Backup ? DeviceState.Up : DeviceState.Unspecified);
}
