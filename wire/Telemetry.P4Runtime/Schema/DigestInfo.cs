using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>A digest that the program sends to its controller.</summary>
public sealed class DigestInfo : P4InfoObject
{
    internal DigestInfo(Digest source)
        : base(source.Preamble) => Source = source;

    public Digest Source { get; }
}
