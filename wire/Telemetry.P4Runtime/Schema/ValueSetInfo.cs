using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>A parser value set: what a select expression of the parser is held against at run time.</summary>
public sealed class ValueSetInfo : P4InfoObject
{
    internal ValueSetInfo(ValueSet source, P4TypeInfo? types)
        : base(source.Preamble)
    {
        Source = source;
        MatchFields = new NameIndex<MatchFieldInfo>($"match field of value set {Name}", source.Match.Select((m, i) => new MatchFieldInfo(m, types, source.Match.Count == 1 ? "value" : $"value{i + 1}")));
    }

    public ValueSet Source { get; }

    /// <summary>
    /// Fields of one member, in the order of the select expression. p4c names only those of structs: a single one is then
    /// called <c>value</c>, several <c>value1</c>, <c>value2</c> and so on.
    /// </summary>
    public NameIndex<MatchFieldInfo> MatchFields { get; }

    /// <summary>Members that fit.</summary>
    public int Size => Source.Size;
}
