namespace Telemetry.Controller.Desired;

/// <summary>How a change of the program went.</summary>
/// <param name="Staged">The new program had its entries before it took over: no packet met empty tables.</param>
/// <param name="Entries">Entries that it has.</param>
/// <param name="LeftOut">Entries of the former program that the new one has no place for, with the reason.</param>
/// <param name="After">Entries that the target takes only once the program runs: they were written right after it took over.</param>
public sealed record SwapReport(bool Staged, int Entries, IReadOnlyList<string> LeftOut, int After);
