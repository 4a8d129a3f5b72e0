using P4.V1;

namespace Telemetry.SoftSwitch.Service.Answers;

/// <summary>What one entity of a read request asked for, as it was when the read began.</summary>
internal interface IReadAnswer
{
    /// <summary>The entities, made as they are taken.</summary>
    IEnumerable<Entity> Entities { get; }
}
