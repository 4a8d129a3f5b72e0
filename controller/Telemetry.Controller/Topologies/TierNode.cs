using System.Net;

namespace Telemetry.Controller.Topologies;

/// <summary>A machine that runs a tier of the collector; it hangs on management links only and sends no other traffic.</summary>
/// <param name="Name">As in the file; also the tier's name.</param>
/// <param name="Role">Which tier.</param>
/// <param name="Cluster">Whose; empty for the data center.</param>
/// <param name="Address">In the management network.</param>
/// <param name="PrefixLength">Of that network.</param>
/// <param name="Mac">Six bytes, as text.</param>
public sealed record TierNode(string Name, TierRole Role, string Cluster, IPAddress Address, int PrefixLength, string Mac);
