using Grpc.Core;

namespace Telemetry.Controller.Tracing;

/// <summary>One message of a call, or the end of one side of it.</summary>
/// <param name="TimeNs">When, in ns since the Unix epoch.</param>
/// <param name="Peer">Name of the switch.</param>
/// <param name="Call">Number of the call with this switch, from 0.</param>
/// <param name="Method">Full name, <c>/p4.v1.P4Runtime/Write</c>.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Message">The serialised message; null where one side of the call ends.</param>
/// <param name="Status">How the call ended; set only at the switch's end.</param>
/// <param name="Details">The trailer with an error for each update; null without one.</param>
public sealed record TraceRecord(
    long TimeNs,
    string Peer,
    int Call,
    string Method,
    TraceDirection Direction,
    ReadOnlyMemory<byte>? Message,
    Status? Status = null,
    ReadOnlyMemory<byte>? Details = null);
