using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Topologies;

/// <summary>Reads and writes <c>topology.json</c> files: the P4 tutorials' format plus optional keys.</summary>
public static class TopologyFile
{
    /// <summary>Queue depth of a link that names none, in packets.</summary>
    public const int DefaultQueueDepthPackets = 64;

    /// <summary>Highest port a link may use; those above belong to reports, the CPU and drops.</summary>
    public const int MaximumPort = 499;

    /// <summary>Reads and validates a file.</summary>
    /// <param name="path">Path of the JSON file; runtime and program paths in it may be relative to its folder, that folder's parent or the current one.</param>
    /// <exception cref="TopologyException">The file is missing, no JSON, or has faults; all are listed.</exception>
    public static Topology Load(string path)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new TopologyException([new InputFault(path, 0, "", $"cannot be read: {fault.Message}")]);
        }

        return Parse(text, path);
    }

    /// <summary>Reads and validates the text of a file.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="path">Path that faults name and that relative paths start from.</param>
    /// <exception cref="TopologyException">No JSON, or faults; all are listed.</exception>
    public static Topology Parse(ReadOnlySpan<byte> utf8, string path)
    {
        List<InputFault> faults = [];
        JsonPart? root = JsonPart.Parse(path, utf8, faults);
        Topology? topology = root is null ? null : new TopologyReader(path, faults).Read(root);
        return topology is null || faults.Count > 0 ? throw new TopologyException(faults) : topology;
    }

    /// <summary>
    /// The topology as JSON that <see cref="Load"/> reads back to an equal one. Paths below <paramref name="folder"/>
    /// are written relative to it.
    /// </summary>
    /// <param name="topology">A valid topology.</param>
    /// <param name="folder">Folder where the text will be stored; null writes all paths absolute.</param>
    public static string ToJson(Topology topology, string? folder = null) => TopologyWriter.Write(topology, folder);

    /// <summary>Writes <see cref="ToJson"/> to a file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(Topology topology, string path) =>
        File.WriteAllText(path, ToJson(topology, Path.GetDirectoryName(Path.GetFullPath(path))));
}
