using SharpPcap;

namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>A fact about capture files, skipped where libpcap is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PcapFactAttribute : FactAttribute
{
    public PcapFactAttribute()
    {
        try
        {
            _ = Pcap.LibpcapVersion;
        }
        catch (Exception fault) when (fault.GetBaseException() is DllNotFoundException)
        {
            Skip = "libpcap is not installed: apt-get install libpcap0.8";
        }
    }
}
