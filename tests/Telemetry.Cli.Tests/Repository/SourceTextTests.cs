using System.Security.Cryptography;
using System.Text.Json;

namespace Telemetry.Cli.Tests.Repository;

public class SourceTextTests
{
    private const int LongestFile = 600;

    [Fact]
    public void CSharpFiles_NoneIsLongerThanTheStyleAllows()
    {
        IEnumerable<string> tooLong = Directory
            .EnumerateFiles(RepositoryRoot.Path, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(f => File.ReadLines(f).Count() > LongestFile)
            .Select(f => Path.GetRelativePath(RepositoryRoot.Path, f));
        Assert.Empty(tooLong);
    }

    [Theory]
    [InlineData("p4")]
    [InlineData("wire")]
    [InlineData("softswitch")]
    [InlineData("controller")]
    [InlineData("inference")]
    [InlineData("collector")]
    [InlineData("lab")]
    [InlineData("tui")]
    [InlineData("cli")]
    [InlineData("mininet")]
    [InlineData("tests")]
    public void Folder_HasAPageOfItsOwn(string folder) =>
        Assert.True(File.Exists(Path.Combine(RepositoryRoot.Path, folder, "README.md")), $"{folder}/README.md is missing");

    [Fact]
    public void P4Outputs_EveryProgram_MatchTheirManifest()
    {
        string[] manifests = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "p4"), "manifest.json", SearchOption.AllDirectories);
        Assert.NotEmpty(manifests);
        foreach (string manifest in manifests)
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
            Assert.False(string.IsNullOrWhiteSpace(document.RootElement.GetProperty("p4c").GetString()), $"{manifest}: no p4c version");
            foreach (string part in new[] { "sources", "outputs" })
            {
                JsonProperty[] files = [.. document.RootElement.GetProperty(part).EnumerateObject()];
                Assert.NotEmpty(files);
                foreach (JsonProperty file in files)
                {
                    string path = Resolve(manifest, file.Name);
                    string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
                    Assert.True(
                        hash == file.Value.GetString(),
                        $"{file.Name} is not what {Path.GetRelativePath(RepositoryRoot.Path, manifest)} was made from: run p4/recompile");
                }
            }
        }
    }

    // A manifest names files from the root of the checkout or from its own folder.
    private static string Resolve(string manifest, string name)
    {
        string fromRoot = Path.Combine(RepositoryRoot.Path, name);
        return File.Exists(fromRoot) ? fromRoot : Path.Combine(Path.GetDirectoryName(manifest)!, name);
    }
}
