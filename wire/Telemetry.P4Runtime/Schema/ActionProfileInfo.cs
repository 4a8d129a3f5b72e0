using P4.Config.V1;

namespace Telemetry.P4Runtime.Schema;

/// <summary>An action profile, or a selector if groups are allowed.</summary>
public sealed class ActionProfileInfo : P4InfoObject
{
    internal ActionProfileInfo(ActionProfile source)
        : base(source.Preamble) => Source = source;

    public ActionProfile Source { get; }

    public bool IsSelector => Source.WithSelector;

    public long Size => Source.Size;
}
