using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Tests.Tracing;

public sealed class RotatingFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("log");

    public void Dispose() => _folder.Delete(true);

    [Theory]
    [InlineData(2, "log.txt 5, log.1.txt 4, log.2.txt 3")]
    [InlineData(0, "log.txt 5")]
    public void Write_FileFull_IsPutAsideAndTheOldestGone(int kept, string expected)
    {
        using (RotatingFile file = new(Path.Combine(_folder.FullName, "log.txt"), 8, kept))
        {
            for (int i = 1; i <= 5; i++)
            {
                file.Write($"line {i}\n");
            }
        }

        Assert.Equal(
            expected,
            string.Join(", ", _folder.GetFiles().OrderBy(f => f.Name.Length).ThenBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name} {File.ReadAllText(f.FullName).Trim()["line ".Length..]}")));
    }

    [Fact]
    public void Write_LongerThanAFile_StaysInOne()
    {
        using (RotatingFile file = new(Path.Combine(_folder.FullName, "log"), 8, 3))
        {
            file.Write("much longer than that\n");
        }

        Assert.Equal("much longer than that\n", File.ReadAllText(Assert.Single(_folder.GetFiles()).FullName));
    }
}
