namespace Telemetry.SoftSwitch.Ports;

/// <summary>Where a switch port's frames go: a link of the lab, or a network interface.</summary>
public interface IPort
{
    /// <summary>
    /// Takes a frame whose transmission starts now, on the loop's thread; the bytes are the switch's again after
    /// the call. The switch itself keeps the port busy for the frame's length at the port's rate.
    /// </summary>
    /// <param name="frame">A whole Ethernet frame without its check sequence.</param>
    void Transmit(ReadOnlySpan<byte> frame);
}
