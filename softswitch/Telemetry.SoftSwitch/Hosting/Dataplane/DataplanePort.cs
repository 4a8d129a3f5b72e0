using Telemetry.SoftSwitch.Ports;

namespace Telemetry.SoftSwitch.Hosting.Dataplane;

/// <summary>A port whose frames go to the client of the data-plane service.</summary>
internal sealed class DataplanePort(int number, DataplaneService service) : IPort
{
    public void Transmit(ReadOnlySpan<byte> frame) => service.Transmit(number, frame);
}
