namespace Telemetry.Lab.Live;

/// <summary>Has a switch of a running lab run another program, with the entries that belong to it.</summary>
/// <param name="switchName">As the topology names it.</param>
/// <param name="program">Folder, JSON, source, or the name of one that ships.</param>
/// <param name="folder">Where sources are compiled.</param>
/// <param name="cancellation">Gives up waiting.</param>
/// <returns>What happened, in words.</returns>
/// <exception cref="LabException">There is no such switch or program, or the lab has no controller.</exception>
/// <exception cref="Controller.Inputs.InputException">The program has faults, or not the tables that the switch needs.</exception>
internal delegate Task<string> SwapProgram(string switchName, string program, string folder, CancellationToken cancellation);
