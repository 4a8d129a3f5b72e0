namespace Telemetry.Controller.Topologies;

/// <summary>
/// A link apart from the data plane, which carries telemetry between switches and tiers. At a device of the data plane
/// it ends in the device's management interface; those forward among themselves, so that a switch can join several tiers.
/// </summary>
/// <param name="A">One device's name.</param>
/// <param name="B">The other device's name.</param>
/// <param name="RateBitsPerSecond">0 is unlimited.</param>
/// <param name="DelayNs">One way.</param>
public sealed record ManagementLink(string A, string B, long RateBitsPerSecond = 0, long DelayNs = 0);
