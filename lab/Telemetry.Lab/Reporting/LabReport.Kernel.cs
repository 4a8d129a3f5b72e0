using System.Text.Json;
using Telemetry.Lab.Mininet;

namespace Telemetry.Lab.Reporting;

public static partial class LabReport
{
    /// <summary>What the hosts' own tools measured, to be held against what telemetry says above.</summary>
    private static void WriteKernel(Utf8JsonWriter json, KernelTraffic kernel)
    {
        int sent = kernel.Pings.Sum(p => p.Sent);
        int received = kernel.Pings.Sum(p => p.Received);
        json.WriteStartObject("ping");
        json.WriteNumber("sent", sent);
        json.WriteNumber("received", received);
        Number(json, "loss", sent > 0 ? (double)(sent - received) / sent : null, 6);
        json.WriteEndObject();
    }
}
