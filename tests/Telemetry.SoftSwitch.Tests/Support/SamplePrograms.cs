namespace Telemetry.SoftSwitch.Tests.Support;

/// <summary>Programs that come with entries and frames: our feature programs, and "bundled/NAME" or "bundled/NAME.ROLE" for those of the folder p4.</summary>
internal static class SamplePrograms
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "data", "p4");

    public static IReadOnlyList<string> Names { get; } =
    [
        .. Directory.GetFiles(Folder, "*.stf", SearchOption.AllDirectories)
            .Select(f => Path.GetFileName(Path.GetDirectoryName(f)) == "bundled" ? "bundled/" + Path.GetFileNameWithoutExtension(f) : Path.GetFileNameWithoutExtension(f))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The program's JSON, and its entries and frames.</summary>
    public static (string Json, string Stf) FilesOf(string name)
    {
        string plain = Path.GetFileName(name);
        return name == plain
            ? (Path.Combine(Folder, name, name + ".json"), Path.Combine(Folder, name, name + ".stf"))
            : (Path.Combine(Repository.Root, "p4", plain.Split('.')[0], plain.Split('.')[0] + ".json"), Path.Combine(Folder, "bundled", plain + ".stf"));
    }
}
