namespace Telemetry.SoftSwitch.Execution;

/// <summary>What a meter has marked, by colour.</summary>
internal record struct MeterCounts(long GreenPackets, long GreenBytes, long YellowPackets, long YellowBytes, long RedPackets, long RedBytes)
{
    public void Count(ulong color, int bytes)
    {
        switch (color)
        {
            case 0:
                GreenPackets++;
                GreenBytes += bytes;
                break;
            case 1:
                YellowPackets++;
                YellowBytes += bytes;
                break;
            default:
                RedPackets++;
                RedBytes += bytes;
                break;
        }
    }
}
