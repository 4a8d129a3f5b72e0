using System.Xml.Linq;

namespace Telemetry.Cli.Tests.Repository;

public class ProjectReferencesTests
{
    private static readonly string[] s_wire = ["Telemetry.Wire", "Telemetry.P4Runtime"];

    // Folder to the assemblies that its projects may reference: the table of DESIGN.md.
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["wire"] = [],
        ["softswitch"] = s_wire,
        ["controller"] = s_wire,
        ["inference"] = [],
        ["collector"] = [.. s_wire, "Telemetry.Inference", "Telemetry.Collector.Contracts"],
        ["lab"] = [.. s_wire, "Telemetry.SoftSwitch", "Telemetry.Controller", "Telemetry.Collector", "Telemetry.Collector.Contracts"],
        ["tui"] = ["Telemetry.Collector.Contracts"],
        ["cli"] =
        [
            .. s_wire, "Telemetry.SoftSwitch", "Telemetry.Controller", "Telemetry.Inference", "Telemetry.Collector",
            "Telemetry.Collector.Contracts", "Telemetry.Lab", "Telemetry.Tui",
        ],
    };

    private static IEnumerable<string> AllProjects() =>
        Directory.EnumerateFiles(RepositoryRoot.Path, "*.csproj", SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(RepositoryRoot.Path, p))
            .Where(p => !p.StartsWith("tests", StringComparison.Ordinal) && !p.StartsWith('.'))
            .Order(StringComparer.Ordinal);

    public static TheoryData<string> Projects() => [.. AllProjects()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectReferences_EverySource_OnlyDesignedEdges(string project)
    {
        string folder = project.Split(Path.DirectorySeparatorChar)[0];
        Assert.True(s_allowed.ContainsKey(folder), $"{project}: the design has no folder {folder}");

        IEnumerable<string> references = XDocument.Load(Path.Combine(RepositoryRoot.Path, project))
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.All(references, r => Assert.True(s_allowed[folder].Contains(r), $"{project} may not reference {r}"));
    }

    [Fact]
    public void ProjectReferences_ContractsAndWire_ReferenceNothing()
    {
        foreach (string project in AllProjects().Where(p =>
            p.EndsWith("Contracts.csproj", StringComparison.Ordinal) || p.StartsWith("wire", StringComparison.Ordinal)))
        {
            Assert.Empty(XDocument.Load(Path.Combine(RepositoryRoot.Path, project)).Descendants("ProjectReference"));
        }
    }

    [Fact]
    public void Solution_EveryProject_IsListed()
    {
        string solution = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "Telemetry.sln")).Replace('\\', '/');
        IEnumerable<string> all = Directory
            .EnumerateFiles(RepositoryRoot.Path, "*.csproj", SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(RepositoryRoot.Path, p).Replace('\\', '/'));
        Assert.All(all, p => Assert.Contains(p, solution, StringComparison.Ordinal));
    }
}
