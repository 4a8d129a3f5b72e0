namespace Telemetry.SoftSwitch.Tests.Programs.Packets;

/// <summary>Packets by a short name: udp4, tcp4, udp6, tcp6.</summary>
internal static class Flows
{
    public static FrameSpec To(string kind, string network) => new FrameSpec
    {
        Source = kind[^1] == '4' ? "10.0.1.1" : "2001:db8:1::1",
        Destination = kind[^1] == '4' ? $"10.0.{network}.2" : $"2001:db8:{network}::2",
        Protocol = kind.StartsWith("tcp", StringComparison.Ordinal) ? (byte)6 : (byte)17,
        TcpOptions = kind.StartsWith("tcp", StringComparison.Ordinal) ? [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2] : [],
    };

    /// <summary>The packet as it travels with INT in it.</summary>
    public static FrameSpec With(this FrameSpec packet, IntBytes data)
    {
        if (data.Npt == 0)
        {
            return packet with { Dscp = 0x17, Int = (data with { Original = (byte)(packet.Dscp << 2) }).Build() };
        }

        // Behind a UDP header of its own: the packet's L4 header becomes payload.
        byte[] ip = new FrameView(packet.Build()).Ip;
        return packet with
        {
            Protocol = 17,
            SourcePort = 0x8123,
            DestinationPort = 32765,
            UdpChecksum = false,
            TcpOptions = [],
            Int = (data with { Original = packet.Protocol }).Build(),
            Payload = ip[(packet.IsIpv6 ? 40 : 20)..],
        };
    }
}
