using P4.V1;

namespace Telemetry.SoftSwitch.Service.Answers;

/// <summary>Entities of every kind but those of tables.</summary>
internal sealed class EntityAnswer(IEnumerable<Entity> entities) : IReadAnswer
{
    public IEnumerable<Entity> Entities => entities;
}
