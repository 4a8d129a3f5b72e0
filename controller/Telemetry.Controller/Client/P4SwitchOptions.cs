using Google.Protobuf.WellKnownTypes;
using Telemetry.P4Runtime.Security;

namespace Telemetry.Controller.Client;

/// <summary>How to talk to one switch.</summary>
public sealed record P4SwitchOptions
{
    /// <summary>Name in errors and events.</summary>
    public required string Name { get; init; }

    /// <summary>P4Runtime device id.</summary>
    public required ulong DeviceId { get; init; }

    /// <summary>
    /// Election id claimed; the highest of a switch's clients is primary. 1 by default. 0 only observes: no stream,
    /// reads only.
    /// </summary>
    public UInt128 ElectionId { get; init; } = 1;

    /// <summary>Role; empty is the default one, which may do everything.</summary>
    public string Role { get; init; } = "";

    /// <summary>What the role may do, in the target's own message; null leaves it as the target has it.</summary>
    public Any? RoleConfig { get; init; }

    /// <summary>
    /// TLS towards the switch; null speaks without. Taken by <see cref="P4Switch.ConnectAsync(P4SwitchOptions, string, CancellationToken)"/>:
    /// given invokers have their own.
    /// </summary>
    public SwitchTls? Tls { get; init; }

    /// <summary>What the target can do; null asks it at the first need.</summary>
    public TargetCapabilities? Target { get; init; }

    /// <summary>Time that one unary call may take; 10 s by default.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long <see cref="P4Switch.ConnectAsync(P4SwitchOptions, string, CancellationToken)"/> tries; 5 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait before the first reconnect; doubles up to <see cref="BackoffMaximum"/>. 100 ms by default.</summary>
    public TimeSpan BackoffMinimum { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between two reconnects; 5 s by default.</summary>
    public TimeSpan BackoffMaximum { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Updates in one write at most; 1000 by default. The answer to a failed one carries an error for each of them in
    /// its trailers, which count against the limit of response headers.
    /// </summary>
    public int MaximumBatch { get; init; } = 1000;

    /// <summary>
    /// Bytes of one write at most; 3.5 MB by default: gRPC servers refuse more than 4 MiB unless told otherwise. A
    /// single larger update is sent alone.
    /// </summary>
    public int MaximumBatchBytes { get; init; } = 3_500_000;

    /// <summary>Write calls that wait for an answer at once, among updates that do not depend on each other; 4 by default.</summary>
    public int WritesInFlight { get; init; } = 4;

    /// <summary>Messages that wait to be sent on the stream at most; one more is dropped and counted. 1024 by default.</summary>
    public int SendBuffer { get; init; } = 1024;

    /// <summary>
    /// A digest list is acknowledged as soon as its readers have it in their buffers; where one had no room, the
    /// switch sends it again. True by default; otherwise <see cref="P4Switch.TryAcknowledge"/> does it.
    /// </summary>
    public bool AcknowledgeDigests { get; init; } = true;
}
