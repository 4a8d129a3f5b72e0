namespace Telemetry.Inference.Network;

/// <summary>A link as the inventory has it.</summary>
/// <param name="A">One device.</param>
/// <param name="APort">Its port; 0 on a host.</param>
/// <param name="B">The other device.</param>
/// <param name="BPort">Its port; 0 on a host.</param>
/// <param name="RateBps">Line rate, bits per second; 0 unknown.</param>
public sealed record NetworkLink(string A, int APort, string B, int BPort, long RateBps);
