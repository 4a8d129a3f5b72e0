namespace Telemetry.Controller.Client;

/// <summary>What a write did.</summary>
/// <param name="Inserted">Entities added.</param>
/// <param name="Modified">Entities replaced, default actions included.</param>
/// <param name="Deleted">Entities removed.</param>
/// <param name="Calls">Write calls that it took.</param>
public sealed record WriteReport(int Inserted, int Modified, int Deleted, int Calls);
