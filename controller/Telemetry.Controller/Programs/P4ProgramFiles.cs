using Telemetry.Controller.Inputs;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Programs;

/// <summary>Finds and reads the two files of a program.</summary>
internal static class P4ProgramFiles
{
    private const string DescriptionFile = "program.json";

    private static readonly string[] InfoEndings = ["txtpb", "txt", "bin", "json"];

    public static P4Program? Load(string path, string? p4InfoPath, List<InputFault> faults)
    {
        if (FindJson(path, faults) is not { } jsonPath || Read(jsonPath, faults) is not { } json)
        {
            return null;
        }

        string name = Path.GetFileNameWithoutExtension(jsonPath);
        string? infoPath = p4InfoPath ?? FindInfo(jsonPath, name);
        if (infoPath is null)
        {
            faults.Add(new InputFault(
                jsonPath, 0, "", $"has no P4Info beside it; expected {name}.p4info.txtpb (or .txt, .bin, .json)"));
            return null;
        }

        JsonPart? root = JsonPart.Parse(jsonPath, json, faults);
        P4InfoIndex? info = ReadInfo(infoPath, faults);
        if (root is null || info is null)
        {
            return null;
        }

        P4InfoMatch.Check(jsonPath, root, infoPath, info.Info, faults);
        string descriptionPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(jsonPath))!, DescriptionFile);
        ProgramDescription? description = null;
        if (faults.Count == 0 && File.Exists(descriptionPath) && Read(descriptionPath, faults) is { } text
            && JsonPart.Parse(descriptionPath, text, faults) is { } part)
        {
            description = new ProgramDescriptionReader(descriptionPath, info, faults).Read(part);
        }

        return new P4Program(name, Path.GetFullPath(jsonPath), info, json, description);
    }

    private static string? FindJson(string path, List<InputFault> faults)
    {
        if (!Directory.Exists(path))
        {
            return path; // a file, or nothing: reading it says so
        }

        string[] programs = [.. Directory.GetFiles(path, "*.json")
            .Where(f => !Path.GetFileNameWithoutExtension(f).EndsWith("p4info", StringComparison.Ordinal)
                && FindInfo(f, Path.GetFileNameWithoutExtension(f)) is not null)
            .Order(StringComparer.Ordinal)];
        if (programs.Length == 1)
        {
            return programs[0];
        }

        faults.Add(new InputFault(path, 0, "", programs.Length == 0
            ? "holds no compiled program; expected NAME.json and NAME.p4info.txtpb"
            : $"holds {programs.Length} programs ({string.Join(", ", programs.Select(Path.GetFileName))}); name one"));
        return null;
    }

    private static string? FindInfo(string jsonPath, string name)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(jsonPath))!;
        foreach (string ending in InfoEndings)
        {
            foreach (string stem in new[] { $"{name}.p4info", $"{name}.p4.p4info" })
            {
                string candidate = Path.Combine(folder, $"{stem}.{ending}");
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    private static byte[]? Read(string path, List<InputFault> faults)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new InputFault(path, 0, "", $"cannot be read: {fault.Message}"));
            return null;
        }
    }

    private static P4InfoIndex? ReadInfo(string path, List<InputFault> faults)
    {
        try
        {
            return P4InfoIndex.Load(path);
        }
        catch (P4InfoException fault)
        {
            string reason = fault.InnerException is P4InfoException inner ? inner.Message : fault.Message;
            faults.Add(new InputFault(path, 0, "", $"is no P4Info: {reason}"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new InputFault(path, 0, "", $"cannot be read: {fault.Message}"));
        }

        return null;
    }
}
