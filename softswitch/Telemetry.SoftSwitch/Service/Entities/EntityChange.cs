namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>One update, read and checked as far as the request alone allows; what is left is done between two packets.</summary>
internal abstract class EntityChange
{
    /// <summary>P4Info id of the object that is written, by which roles are told apart; 0 for none.</summary>
    public uint ObjectId { get; init; }

    /// <summary>Makes the change, whole or not at all. Loop's thread.</summary>
    /// <returns>Why it cannot be made; null when it was.</returns>
    public abstract EntityFault? Apply(ChangeContext context);
}
