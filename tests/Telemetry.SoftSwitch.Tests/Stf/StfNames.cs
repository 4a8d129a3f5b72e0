using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Finds what a test file names, as p4c's runner does: by the whole name or by its end.</summary>
internal static class StfNames
{
    /// <summary>The item of that name, or the one whose name ends with it.</summary>
    public static T Pick<T>(IReadOnlyList<T> items, Func<T, string> nameOf, string name, string kind)
        where T : class
    {
        T? exact = items.FirstOrDefault(i => nameOf(i) == name);
        if (exact is not null)
        {
            return exact;
        }

        List<T> ending = [.. items.Where(i => nameOf(i).EndsWith(name, StringComparison.Ordinal))];
        return ending.Count == 1 ? ending[0] : throw new ArgumentException($"{ending.Count} of the names end with {name} where one {kind} was expected");
    }

    /// <summary>Index of a key by the names that p4c's tests use for it.</summary>
    public static int FindKey(IReadOnlyList<KeyDef> keys, string name)
    {
        int dollar = name.IndexOf('$', StringComparison.Ordinal);
        if (dollar >= 0 && dollar + 1 < name.Length && char.IsAsciiDigit(name[dollar + 1]))
        {
            int end = dollar + 1;
            while (end < name.Length && char.IsAsciiDigit(name[end]))
            {
                end++;
            }

            name = $"{name[..dollar]}[{name[(dollar + 1)..end]}]{name[end..]}";
        }

        string valid = name.EndsWith(".valid", StringComparison.Ordinal) ? name[..^5] + "$valid$" : name + ".$valid$";
        foreach (string candidate in (string[])[name, name + "$", valid, name == "valid" ? "$valid$" : valid])
        {
            for (int i = 0; i < keys.Count; i++)
            {
                if (keys[i].Name == candidate)
                {
                    return i;
                }
            }
        }

        for (int i = keys.Count - 1; i >= 0; i--)
        {
            if (keys[i].Name.EndsWith("." + name, StringComparison.Ordinal) || keys[i].Name.EndsWith("." + name + "$", StringComparison.Ordinal)
                || keys[i].Name.EndsWith(valid, StringComparison.Ordinal) || (name == "valid" && keys[i].Name.EndsWith(".$valid$", StringComparison.Ordinal)))
            {
                return i;
            }
        }

        throw new ArgumentException($"no key is called {name}; keys: {string.Join(", ", keys.Select(k => k.Name))}");
    }
}
