using System.Numerics;
using Google.Protobuf;

namespace Telemetry.SoftSwitch.Service.Values;

/// <summary>The controller's values of one type with @p4runtime_translation, and the data plane's.</summary>
internal abstract class Translation(string typeName)
{
    public string TypeName { get; } = typeName;

    /// <summary>True where masks and ranges of the controller's values mean something in the data plane.</summary>
    public abstract bool KeepsOrder { get; }

    /// <summary>All bits of the controller's value; 0 where values are strings.</summary>
    public abstract BigInteger AllSdn { get; }

    /// <exception cref="EntityFault">The value has no counterpart in the data plane.</exception>
    public abstract BigInteger ToData(ByteString sdn, ValueCodec field);

    public abstract ByteString ToSdn(BigInteger data, ValueCodec field);
}
