using Telemetry.Controller.Entries;
using Telemetry.Controller.Inputs;
using Telemetry.Controller.Programs;

namespace Telemetry.Controller.RuntimeFiles;

/// <summary>A <c>sN-runtime.json</c> of the P4 tutorials: one switch's table entries, clone sessions and multicast groups.</summary>
public sealed class RuntimeFile
{
    private readonly JsonPart _root;

    private RuntimeFile(string path, JsonPart root, string? p4InfoPath, string? programPath)
    {
        Path = path;
        _root = root;
        P4InfoPath = p4InfoPath;
        ProgramPath = programPath;
    }

    /// <summary>Path as given.</summary>
    public string Path { get; }

    /// <summary>The P4Info it names, if that file exists.</summary>
    public string? P4InfoPath { get; }

    /// <summary>The BMv2 JSON it names, if that file exists.</summary>
    public string? ProgramPath { get; }

    /// <summary>Reads a file and checks its form; names in it are checked by <see cref="Bind"/>.</summary>
    /// <exception cref="RuntimeFileException">The file is missing, no JSON, or no runtime file; all faults are listed.</exception>
    public static RuntimeFile Load(string path)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeFileException([new InputFault(path, 0, "", $"cannot be read: {fault.Message}")]);
        }

        List<InputFault> faults = [];
        JsonPart? root = JsonPart.Parse(path, text, faults);
        if (root is not null)
        {
            RuntimeFileReader.CheckForm(path, root, faults);
        }

        return root is null || faults.Count > 0
            ? throw new RuntimeFileException(faults)
            : new RuntimeFile(path, root, Existing(path, root, "p4info"), Existing(path, root, "bmv2_json"));
    }

    /// <summary>Its entries in the file's order, in the ids of a program.</summary>
    /// <exception cref="RuntimeFileException">Unknown tables, keys, actions or parameters, or values that do not fit; all are listed.</exception>
    public IReadOnlyList<P4Entry> Bind(P4Program program)
    {
        List<InputFault> faults = [];
        IReadOnlyList<P4Entry> entries = new RuntimeFileReader(Path, program.Index, faults).Read(_root);
        return faults.Count > 0 ? throw new RuntimeFileException(faults) : entries;
    }

    private static string? Existing(string path, JsonPart root, string key) =>
        root.Get(key) is { IsText: true } part ? InputPaths.Find(path, part.Text) : null;
}
