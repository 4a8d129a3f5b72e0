namespace Telemetry.Controller.Planning;

/// <summary>Locally administered MAC addresses of switch ports.</summary>
public static class PortMac
{
    /// <summary>02:00, two bytes of node id, two bytes of port.</summary>
    /// <param name="nodeId">1..65535.</param>
    /// <param name="port">0..511.</param>
    public static string Of(int nodeId, int port) =>
        $"02:00:{(nodeId >> 8) & 255:x2}:{nodeId & 255:x2}:{(port >> 8) & 255:x2}:{port & 255:x2}";
}
