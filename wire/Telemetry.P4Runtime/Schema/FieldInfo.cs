using Google.Protobuf;
using Google.Protobuf.Collections;
using P4.Config.V1;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Schema;

/// <summary>A named value of a fixed width: an action's parameter or a packet-in/out metadata field.</summary>
public class FieldInfo : INamedObject
{
    internal FieldInfo(uint id, string name, int width, RepeatedField<string> annotations, P4NamedType? type, P4TypeInfo? types)
    {
        Id = id;
        Name = name;
        Width = width;
        TypeName = type?.Name;
        Translation = TranslationOf(type, types);
        Field = new ValueField(name, width, FormatOf(width, annotations, type, types));
    }

    public uint Id { get; }

    public string Name { get; }

    string INamedObject.Alias => "";

    /// <summary>Bits; 0 where the controller sends strings (a translated type).</summary>
    public int Width { get; }

    /// <summary>The program's name of the value's type; null where it is a plain bit string.</summary>
    public string? TypeName { get; }

    /// <summary>How the controller's values differ from the data plane's (@p4runtime_translation); null where they are the same.</summary>
    public P4NewTypeTranslation? Translation { get; }

    /// <summary>Name, width and text format for <see cref="ValueText"/> and <see cref="CanonicalBytes"/>.</summary>
    public ValueField Field { get; }

    /// <summary>Canonical bytes.</summary>
    /// <exception cref="P4ValueException">The value does not fit.</exception>
    public ByteString Encode(P4Value value) => value.Encode(Field);

    /// <summary>The value as text.</summary>
    public string Format(ByteString value) => ValueText.Format(value, Field);

    public override string ToString() => Name;

    /// <summary>The translation of a named type; null without one.</summary>
    internal static P4NewTypeTranslation? TranslationOf(P4NamedType? type, P4TypeInfo? types) =>
        type is not null && types is not null && types.NewTypes.TryGetValue(type.Name, out var spec) ? spec.TranslatedType : null;

    private static ValueFormat FormatOf(int width, RepeatedField<string> annotations, P4NamedType? type, P4TypeInfo? types)
    {
        foreach (var annotation in annotations)
        {
            if (!annotation.StartsWith("@format(", StringComparison.Ordinal))
                continue;
            return annotation["@format(".Length..].TrimEnd(')', ' ').Trim('"', ' ') switch
            {
                "IPV4_ADDRESS" => ValueFormat.Ipv4,
                "IPV6_ADDRESS" => ValueFormat.Ipv6,
                "MAC_ADDRESS" => ValueFormat.Mac,
                "HEX_STRING" => ValueFormat.Hex,
                "STRING" => ValueFormat.Text,
                _ => ValueFormat.Auto,
            };
        }
        var isSdnString = TranslationOf(type, types)?.SdnTypeCase == P4NewTypeTranslation.SdnTypeOneofCase.SdnString;
        return isSdnString && width == 0 ? ValueFormat.Text : ValueFormat.Auto;
    }
}
