using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Client;

/// <summary>Table entries that were not hit for their idle timeout.</summary>
/// <param name="Entries">The entries; some targets send only their keys.</param>
/// <param name="TimestampNs">When, in ns since the epoch; 0 if the switch does not say.</param>
public sealed record IdleEntries(IReadOnlyList<P4Entry> Entries, long TimestampNs);
