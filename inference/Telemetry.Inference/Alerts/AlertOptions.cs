namespace Telemetry.Inference.Alerts;

/// <summary>When a port's verdicts become an alert; the shipped values are frozen in the model card.</summary>
public sealed record AlertOptions
{
    /// <summary>Score from which a window is flagged: it can belong to an alert, and does not count towards closing. 0.5 by default.</summary>
    public double FlagThreshold { get; init; } = 0.5;

    /// <summary>
    /// Expected congested time (score times window length, summed over flagged windows in a row) that opens an alert,
    /// nanoseconds; 100 ms by default. A single window that a brief burst fills for the most part stays below it.
    /// </summary>
    public long OnCongestedNs { get; init; } = 100_000_000;

    /// <summary>Windows in a row that are not flagged or missing, which close an alert; 2 by default, at least 1.</summary>
    public int CloseAfterWindows { get; init; } = 2;

    /// <summary>Flagged windows just before the opening one that the alert's start reaches back over at most; 2 by default.</summary>
    public int BackdateWindows { get; init; } = 2;

    /// <summary>Names every value that is out of its bounds.</summary>
    /// <exception cref="ArgumentException">At least one is.</exception>
    public void Validate()
    {
        List<string> faults = [];
        if (!(FlagThreshold is > 0 and <= 1))
        {
            faults.Add($"FlagThreshold {FlagThreshold} is not in (0, 1]");
        }

        if (OnCongestedNs <= 0)
        {
            faults.Add($"OnCongestedNs {OnCongestedNs} is not above 0");
        }

        if (CloseAfterWindows < 1)
        {
            faults.Add($"CloseAfterWindows {CloseAfterWindows} is below 1");
        }

        if (BackdateWindows < 0)
        {
            faults.Add($"BackdateWindows {BackdateWindows} is below 0");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults));
        }
    }
}
