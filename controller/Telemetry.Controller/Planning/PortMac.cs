using Telemetry.Wire.Headers;

namespace Telemetry.Controller.Planning;

/// <summary>Locally administered MAC addresses of switch ports.</summary>
public static class PortMac
{
    /// <summary>02:00, two bytes of node id, two bytes of port.</summary>
    /// <param name="nodeId">1..65535.</param>
    /// <param name="port">0..511.</param>
    public static string Of(int nodeId, int port) =>
        MacAddress.Format((0x0200UL << 32) | ((ulong)(ushort)nodeId << 16) | (ushort)port);
}
