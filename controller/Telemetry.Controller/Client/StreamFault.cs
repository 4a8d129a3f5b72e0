using Grpc.Core;

namespace Telemetry.Controller.Client;

/// <summary>A message on the stream that the switch refused.</summary>
/// <param name="Code">Why.</param>
/// <param name="Message">The switch's own words.</param>
/// <param name="Kind">What was refused: <c>packet-out</c>, <c>digest-ack</c> or <c>other</c>.</param>
public sealed record StreamFault(StatusCode Code, string Message, string Kind);
