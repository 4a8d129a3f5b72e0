using Telemetry.Controller.Inputs;

namespace Telemetry.Lab.Scenarios.Files;

/// <summary>Scenarios that users write, as JSON: see the README of the lab. They become the same plans as the built-in ones.</summary>
public static class ScenarioFile
{
    /// <summary>Whether a scenario's name is a file's.</summary>
    public static bool IsPath(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || name.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>Reads a file and plans it.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <param name="context">For which network, and when; times in the file count from its start.</param>
    /// <exception cref="ScenarioFileException">The file is missing, no JSON, or has faults; all are listed.</exception>
    public static ScenarioPlan Plan(string path, ScenarioContext context)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioFileException([new InputFault(path, 0, "", $"cannot be read: {fault.Message}")]);
        }

        return Parse(text, path, context);
    }

    /// <summary>Plans the text of a file.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="path">Path that faults name.</param>
    /// <param name="context">For which network, and when.</param>
    /// <exception cref="ScenarioFileException">No JSON, or faults; all are listed.</exception>
    public static ScenarioPlan Parse(ReadOnlySpan<byte> utf8, string path, ScenarioContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<InputFault> faults = [];
        JsonPart? root = JsonPart.Parse(path, utf8, faults);
        ScenarioPlan? plan = root is null ? null : new ScenarioReader(path, context, faults).Read(root);
        return plan is null || faults.Count > 0 ? throw new ScenarioFileException([.. faults.OrderBy(f => f.Line)]) : plan;
    }
}
