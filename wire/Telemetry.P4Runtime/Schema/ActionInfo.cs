using P4.Config.V1;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Schema;

/// <summary>An action and its parameters.</summary>
public sealed class ActionInfo : P4InfoObject
{
    internal ActionInfo(P4.Config.V1.Action source, P4TypeInfo? types)
        : base(source.Preamble)
    {
        Source = source;
        Parameters = new NameIndex<FieldInfo>(
            $"parameter of action {Name}",
            source.Params.Select(p => new FieldInfo(p.Id, p.Name, p.Bitwidth, p.Annotations, p.TypeName, types)));
    }

    public P4.Config.V1.Action Source { get; }

    public NameIndex<FieldInfo> Parameters { get; }

    /// <summary>The call with these arguments by parameter name; text is parsed by the parameter's width.</summary>
    /// <exception cref="P4InfoException">An unknown, repeated or missing parameter.</exception>
    /// <exception cref="P4ValueException">A value does not fit.</exception>
    public P4.V1.Action Call(params ReadOnlySpan<(string Name, P4Value Value)> arguments)
    {
        var call = new P4.V1.Action { ActionId = Id };
        foreach (var (name, value) in arguments)
        {
            var parameter = Parameters.Get(name);
            if (call.Params.Any(p => p.ParamId == parameter.Id))
                throw new P4InfoException($"action {Name}: parameter {parameter.Name} is given twice");
            call.Params.Add(new P4.V1.Action.Types.Param { ParamId = parameter.Id, Value = parameter.Encode(value) });
        }
        if (call.Params.Count < Parameters.Count)
        {
            var missing = Parameters.Where(p => call.Params.All(given => given.ParamId != p.Id)).Select(p => $"{p.Name} (bit<{p.Width}>)");
            throw new P4InfoException($"action {Name}: no value for {string.Join(", ", missing)}");
        }
        return call;
    }
}
