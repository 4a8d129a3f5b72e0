namespace Telemetry.SoftSwitch.Switching.Workers;

/// <summary>Work on items that do not depend on each other.</summary>
internal interface IBatchWork
{
    /// <summary>Does a range of the items; <paramref name="lane"/> tells concurrent callers apart, 0 being the thread that began.</summary>
    void Run(int lane, int from, int to);
}
