using Grpc.Core;

namespace Telemetry.SoftSwitch.Service;

/// <summary>Why one entity of a request cannot be served; becomes one p4.v1.Error, never leaves the service.</summary>
internal sealed class EntityFault(StatusCode code, string message) : Exception(message)
{
    /// <summary>Whose numbers the codes of errors are.</summary>
    public const string Space = "telemetry-softswitch";

    public StatusCode Code { get; } = code;

    public static EntityFault Invalid(string message) => new(StatusCode.InvalidArgument, message);

    public static EntityFault NotFound(string message) => new(StatusCode.NotFound, message);

    public static EntityFault Exists(string message) => new(StatusCode.AlreadyExists, message);

    public static EntityFault Denied(string message) => new(StatusCode.PermissionDenied, message);

    public static EntityFault Precondition(string message) => new(StatusCode.FailedPrecondition, message);

    public static EntityFault Full(string message) => new(StatusCode.ResourceExhausted, message);

    public static EntityFault Unimplemented(string message) => new(StatusCode.Unimplemented, message);

    public static EntityFault OutOfRange(string message) => new(StatusCode.OutOfRange, message);
}
