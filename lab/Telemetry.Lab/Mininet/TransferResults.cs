namespace Telemetry.Lab.Mininet;

/// <summary>What ping counted between two hosts.</summary>
public sealed record PingResult(string Src, string Dst, int Sent, int Received);

/// <summary>What iperf3 measured at the receiver; packets and losses are counted for UDP only.</summary>
/// <param name="Src">Sending host.</param>
/// <param name="Dst">Receiving host.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
/// <param name="Mbps">Received megabits per second.</param>
/// <param name="Lost">Datagrams lost.</param>
/// <param name="Packets">Datagrams sent.</param>
public sealed record IperfResult(string Src, string Dst, string Protocol, double Mbps, long Lost, long Packets);
