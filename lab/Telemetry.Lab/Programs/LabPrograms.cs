using Telemetry.Controller.App;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Running;

namespace Telemetry.Lab.Programs;

/// <summary>The programs of a lab before it starts: compiled where they are sources, and checked with all runtime files.</summary>
public static class LabPrograms
{
    private const string Extension = ".p4";
    private const string DescriptionFile = "program.json";

    /// <summary>Whether the lab's program or a switch's is P4 source.</summary>
    public static bool HasSources(LabOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Named(options).Any(IsSource);
    }

    /// <summary>Compiles all sources and names what was made instead; a source that the folder has compiled is not compiled again.</summary>
    /// <param name="options">A lab.</param>
    /// <param name="folder">The run's own.</param>
    /// <param name="cancellation">Ends the compiler.</param>
    /// <exception cref="LabException">There is no compiler, it refused a source, or a folder holds several; all are listed.</exception>
    public static async Task<LabOptions> CompileAsync(LabOptions options, string folder, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Dictionary<string, string> compiled = new(StringComparer.Ordinal);
        List<string> faults = [];
        foreach (string named in Named(options).Where(IsSource).Distinct(StringComparer.Ordinal))
        {
            try
            {
                compiled[named] = await CompileOneAsync(
                    SourceOf(named), Path.Combine(folder, "programs"), cancellation).ConfigureAwait(false);
            }
            catch (LabException fault)
            {
                faults.Add(fault.Message);
            }
        }

        if (faults.Count > 0)
        {
            throw new LabException(string.Join('\n', faults));
        }

        return compiled.Count == 0 ? options : options with
        {
            Program = Now(options.Program),
            Topology = options.Topology with
            {
                Switches = [.. options.Topology.Switches.Select(s => s with { Program = Now(s.Program) })],
            },
        };

        string? Now(string? named) => named is not null && compiled.TryGetValue(named, out string? json) ? json : named;
    }

    /// <summary>Checks the lab's program, and every switch's program and runtime file, as the controller will read them.</summary>
    /// <exception cref="LabException">There is no program.</exception>
    /// <exception cref="Controller.Inputs.InputException">Programs or runtime files have faults; all are listed.</exception>
    public static void Check(LabOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        P4Program program = ControllerSetup.LoadProgram(options);
        if (options.Controlled)
        {
            ControllerApp.CheckInputs(options.Topology, ControllerSetup.Options(program, options));
        }
    }

    private static IEnumerable<string> Named(LabOptions options) =>
        new[] { options.Program }.Concat(options.Topology.Switches.Select(s => s.Program)).OfType<string>();

    private static bool IsSource(string path) => File.Exists(path)
        ? path.EndsWith(Extension, StringComparison.Ordinal)
        : Directory.Exists(path) && Directory.GetFiles(path, "*.p4info.*").Length == 0 && Directory.GetFiles(path, $"*{Extension}").Length > 0;

    private static string SourceOf(string path)
    {
        if (File.Exists(path))
        {
            return path;
        }

        string[] sources = [.. Directory.GetFiles(path, $"*{Extension}").Order(StringComparer.Ordinal)];
        return sources.Length == 1 ? sources[0]
            : throw new LabException($"{path}: holds {sources.Length} P4 sources ({string.Join(", ", sources.Select(Path.GetFileName))}); name one");
    }

    // Sources of one name in several folders are several programs.
    private static async Task<string> CompileOneAsync(string source, string programs, CancellationToken cancellation)
    {
        string whole = Path.GetFullPath(source);
        string folder = Path.Combine(programs, whole.Replace(Path.DirectorySeparatorChar, '_').TrimStart('_'));
        string json = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(source)}.json");
        if (File.Exists(json))
        {
            return json;
        }

        await P4Compiler.CompileAsync(source, folder, cancellation).ConfigureAwait(false);
        string description = Path.Combine(Path.GetDirectoryName(whole)!, DescriptionFile);
        if (File.Exists(description))
        {
            File.Copy(description, Path.Combine(folder, DescriptionFile));
        }

        return json;
    }
}
