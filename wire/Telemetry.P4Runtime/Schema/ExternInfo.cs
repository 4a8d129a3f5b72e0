using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>An instance of an extern that P4Runtime itself knows nothing of.</summary>
public sealed class ExternInfo : P4InfoObject
{
    internal ExternInfo(Extern type, ExternInstance instance)
        : base(instance.Preamble) => (TypeId, TypeName, Source) = (type.ExternTypeId, type.ExternTypeName, instance);

    public uint TypeId { get; }

    public string TypeName { get; }

    public ExternInstance Source { get; }
}
