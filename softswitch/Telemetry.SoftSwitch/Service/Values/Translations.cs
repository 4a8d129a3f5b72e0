using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using P4.Config.V1;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.SoftSwitch.Service.Values;

/// <summary>The translated types of one pipeline; types with the same URI share their values.</summary>
internal sealed partial class Translations(P4TypeInfo? types, int cpuPort, IReadOnlyDictionary<string, int> portNames)
{
    private readonly Dictionary<string, Translation> _byKey = new(StringComparer.Ordinal);

    /// <summary>The translation of a field's type; null without one.</summary>
    public Translation? For(FieldInfo field) => field.Translation is null ? null : For(field.TypeName!, field.Translation);

    /// <summary>The translation of a named type.</summary>
    public Translation For(string typeName, P4NewTypeTranslation source)
    {
        string key = source.Uri.Length > 0 ? source.Uri : typeName;
        if (_byKey.TryGetValue(key, out Translation? known))
        {
            return known;
        }

        bool isPort = PortType().IsMatch(typeName) || PortType().IsMatch(source.Uri);
        Translation made = source.SdnTypeCase == P4NewTypeTranslation.SdnTypeOneofCase.SdnString
            ? new NameTranslation(typeName, isPort, Mappings(typeName).Concat(isPort ? portNames.Select(p => (p.Key, (BigInteger)p.Value)) : []))
            : new NumberTranslation(typeName, source.SdnBitwidth, isPort, cpuPort);
        return _byKey[key] = made;
    }

    /// <summary>Pairs of a @p4runtime_translation_mappings({ {"name", number}, ... }) on the type.</summary>
    private IEnumerable<(string Name, BigInteger Number)> Mappings(string typeName)
    {
        if (types is null || !types.NewTypes.TryGetValue(typeName, out P4NewTypeSpec? spec))
        {
            yield break;
        }

        foreach (string annotation in spec.Annotations.Where(a => a.StartsWith("@p4runtime_translation_mappings", StringComparison.Ordinal)))
        {
            foreach (Match pair in Pair().Matches(annotation))
            {
                yield return (pair.Groups[1].Value, BigInteger.Parse(pair.Groups[2].Value, CultureInfo.InvariantCulture));
            }
        }
    }

    [GeneratedRegex("port_?id|port_?t$|/port|^port", RegexOptions.IgnoreCase)]
    private static partial Regex PortType();

    [GeneratedRegex("\"([^\"]*)\"\\s*,\\s*([0-9]+)")]
    private static partial Regex Pair();
}
