using Telemetry.Controller.Topologies;

namespace Telemetry.Lab.Topologies;

/// <summary>Finds a topology by a built-in's name or a file's path.</summary>
public static class TopologyCatalog
{
    /// <summary>The built-in called <paramref name="nameOrFile"/>, or else the file of that path.</summary>
    /// <exception cref="TopologyException">The file has faults; all are listed.</exception>
    /// <exception cref="LabException">It is neither a built-in nor a file.</exception>
    public static Topology Load(string nameOrFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFile);
        if (BuiltInTopologies.TryCreate(nameOrFile, out Topology? builtIn))
        {
            return builtIn!;
        }

        return File.Exists(nameOrFile)
            ? TopologyFile.Load(nameOrFile)
            : throw new LabException(
                $"no topology {nameOrFile}: neither a file nor one of {string.Join(", ", BuiltInTopologies.Names)}");
    }
}
