using SharpPcap;
using SharpPcap.LibPcap;

namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>A fact about capture files, skipped where libpcap is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PcapFactAttribute : FactAttribute
{
    public PcapFactAttribute()
    {
        try
        {
            using CaptureFileReaderDevice device = new("no such file");
            device.Open();
        }
        catch (PcapException fault)
        {
            // That is libpcap itself speaking.
            Skip = fault.Message.Length == 0 ? "libpcap gave no message" : null;
        }
        catch (Exception fault) when (fault.GetBaseException() is DllNotFoundException)
        {
            Skip = "libpcap is not installed: apt-get install libpcap0.8";
        }
    }
}
