namespace Telemetry.Lab.Mininet.Delays;

/// <summary>Tells frames that were delayed from those that have still to be; see <c>mininet/telemetry_mininet/faults.py</c>, whose filters know it.</summary>
internal static class DelayMark
{
    public const int Value = 0x54440001;
}
