using Google.Protobuf;

namespace Telemetry.Controller.Entries;

/// <summary>An entry of an extern that P4Runtime itself knows nothing of.</summary>
/// <param name="Extern">Name of the instance.</param>
/// <param name="TypeUrl">Type of the message.</param>
/// <param name="Value">The message, serialised.</param>
public sealed record ExternSpec(string Extern, string TypeUrl, ByteString Value) : EntrySpec;
