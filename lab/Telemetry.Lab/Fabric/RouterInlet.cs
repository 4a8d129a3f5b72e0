namespace Telemetry.Lab.Fabric;

/// <summary>A link's end at a router or firewall.</summary>
internal sealed class RouterInlet(RouterDevice owner) : IFrameSink
{
    /// <inheritdoc/>
    public void Deliver(ReadOnlySpan<byte> frame) => owner.Receive(frame);
}
