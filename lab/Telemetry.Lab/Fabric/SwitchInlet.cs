using Telemetry.SoftSwitch.Switching;

namespace Telemetry.Lab.Fabric;

/// <summary>A link's end at a switch port.</summary>
internal sealed class SwitchInlet(Switch owner, int port) : IFrameSink
{
    /// <inheritdoc/>
    public void Deliver(ReadOnlySpan<byte> frame) => owner.Receive(port, frame);
}
