namespace Telemetry.Collector.Polling;

/// <summary>Finds out what a device's process uses.</summary>
public interface IDeviceProbe
{
    /// <summary>Measures a device now.</summary>
    /// <param name="device">Device name.</param>
    /// <returns>What was measured; everything that was not is null.</returns>
    DeviceUsage Read(string device);
}
