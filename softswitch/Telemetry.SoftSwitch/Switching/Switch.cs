using P4.V1;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Service;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>One embedded switch: state apart from the shared program. All members run on the loop's thread unless they say otherwise.</summary>
public sealed partial class Switch
{
    /// <summary>Creates a switch without program or ports.</summary>
    public Switch(EventLoop loop, SwitchOptions options)
    {
        Loop = loop;
        Options = options;
        Service = new P4RuntimeService(this);
    }

    /// <summary>The loop that this switch runs on.</summary>
    public EventLoop Loop { get; }

    /// <summary>The options it was made with.</summary>
    public SwitchOptions Options { get; }

    /// <summary>The P4Runtime service of this switch; callable from any thread.</summary>
    public P4.V1.P4Runtime.P4RuntimeBase Service { get; }

    /// <summary>Nanoseconds spent processing packets, in real time only; 0 in virtual time. Readable from any thread.</summary>
    public long BusyNs { get; private set; }

    /// <summary>Connects a port, 0 to 511; the port comes up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range or the drop port.</exception>
    /// <exception cref="InvalidOperationException">The port has been attached before.</exception>
    public void AttachPort(int port, IPort wire, PortOptions options) => throw new InvalidOperationException($"port {port} of {Options.Name} cannot be attached");

    /// <summary>Changes rate and queue depth of a port; packets that wait stay.</summary>
    public void SetPortOptions(int port, PortOptions options) => Check(port);

    /// <summary>Raises or cuts a port: while down, frames in and out are lost and counted.</summary>
    public void SetPortUp(int port, bool up) => Check(port);

    /// <summary>Takes a frame that arrived on a port at the loop's current time.</summary>
    public void Receive(int port, ReadOnlySpan<byte> frame) => Check(port);

    /// <summary>Counts of one port; zeros for a port never attached.</summary>
    public PortStatistics GetPortStatistics(int port)
    {
        Check(port);
        return default;
    }

    private void Check(int port) => ArgumentOutOfRangeException.ThrowIfNegative(port, Options.Name);
}
