using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>Identity of an object with a preamble.</summary>
public abstract class P4InfoObject : INamedObject
{
    private protected P4InfoObject(Preamble? preamble)
    {
        Preamble = preamble ?? throw new P4InfoException("an object of the P4Info has no preamble");
        if (Preamble.Id == 0 || Preamble.Name.Length == 0)
            throw new P4InfoException($"an object of the P4Info needs an id and a name; it has id {Preamble.Id} and name '{Preamble.Name}'");
    }

    public Preamble Preamble { get; }

    public uint Id => Preamble.Id;

    public string Name => Preamble.Name;

    public string Alias => Preamble.Alias;

    public override string ToString() => Name;
}
