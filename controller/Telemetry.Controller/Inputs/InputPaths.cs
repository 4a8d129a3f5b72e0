namespace Telemetry.Controller.Inputs;

/// <summary>Where a path that stands in a file may start from.</summary>
internal static class InputPaths
{
    /// <summary>
    /// The file's folder, that folder's parent (the P4 tutorials name files from the exercise's folder while the
    /// topology lies one below) and the current folder.
    /// </summary>
    public static IReadOnlyList<string> Places(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return [.. new[] { folder, Path.GetDirectoryName(folder) ?? folder, Environment.CurrentDirectory }.Distinct()];
    }

    /// <summary>The first that exists, absolute; null if none does.</summary>
    public static string? Find(string file, string path) =>
        Places(file).Select(place => Path.GetFullPath(path, place)).FirstOrDefault(Path.Exists);
}
