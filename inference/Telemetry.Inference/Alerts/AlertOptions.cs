namespace Telemetry.Inference.Alerts;

/// <summary>When a port's verdicts become an alert.</summary>
public sealed record AlertOptions
{
    /// <summary>Score that opens an alert, 0..1; 0.5 by default, frozen in the model card.</summary>
    public double OnThreshold { get; init; } = 0.5;

    /// <summary>Score below which a window counts towards closing, 0..<see cref="OnThreshold"/>; 0.3 by default.</summary>
    public double OffThreshold { get; init; } = 0.3;

    /// <summary>Windows in a row below <see cref="OffThreshold"/> that close an alert; 3 by default, at least 1.</summary>
    public int CloseAfterWindows { get; init; } = 3;

    /// <summary>Flagged windows just before the opening one that the alert's start reaches back over at most; 2 by default.</summary>
    public int BackdateWindows { get; init; } = 2;

    /// <summary>Names every value that is out of its bounds.</summary>
    /// <exception cref="ArgumentException">At least one is.</exception>
    public void Validate()
    {
        List<string> faults = [];
        if (!(OnThreshold is > 0 and <= 1))
        {
            faults.Add($"OnThreshold {OnThreshold} is not in (0, 1]");
        }

        if (!(OffThreshold >= 0 && OffThreshold <= OnThreshold))
        {
            faults.Add($"OffThreshold {OffThreshold} is not in [0, {OnThreshold}]");
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
