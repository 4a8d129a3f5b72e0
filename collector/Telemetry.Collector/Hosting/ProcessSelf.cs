using Telemetry.Collector.Polling;

namespace Telemetry.Collector.Hosting;

/// <summary>Processor use and memory of this process, for a tier's own status.</summary>
internal sealed class ProcessSelf
{
    private const string Self = "self";
    private readonly ProcDeviceProbe _probe;

    public ProcessSelf(TimeProvider time)
    {
        _probe = new ProcDeviceProbe(time);
        _probe.AddProcess(Self, Environment.ProcessId);
    }

    public DeviceUsage Read() => _probe.Read(Self);
}
