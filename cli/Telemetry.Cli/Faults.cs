using System.Net.Sockets;
using Grpc.Core;
using Telemetry.Collector.History;
using Telemetry.Collector.Hosting;
using Telemetry.Controller.Inputs;
using Telemetry.Controller.Shell;
using Telemetry.Inference.Models;
using Telemetry.Lab;
using Telemetry.Lab.Mininet;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Text;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Programs;

namespace Telemetry.Cli;

/// <summary>Tells faults that a user can mend from bugs.</summary>
internal static class Faults
{
    /// <summary>What to say of a fault of the input, the machine or a peer; null for a bug, which should be seen whole.</summary>
    public static string? Describe(Exception fault) => fault switch
    {
        CommandException or InputException or LabException or MininetException or ProgramException or ModelException
            or HistoryException or HostFaultException or P4RuntimeException or P4InfoException or P4ValueException or TextFormatException
            or IOException or UnauthorizedAccessException or SocketException => fault.Message,
        RpcException { StatusCode: StatusCode.Unavailable, Status.DebugException: { } cause } => $"no answer from the address of --connect: {Innermost(cause).Message}",
        RpcException rpc => $"{rpc.StatusCode}: {rpc.Status.Detail}",
        AggregateException many => many.InnerExceptions.Select(Describe).All(d => d is not null)
            ? string.Join("; ", many.InnerExceptions.Select(Describe))
            : null,
        _ => P4Shell.Describe(fault),
    };

    private static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;
}
