using System.Runtime.CompilerServices;

namespace Telemetry.Controller.Tests.Targets;

/// <summary>The repository that the tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string source = "")
    {
        DirectoryInfo? folder = new FileInfo(source).Directory;
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "global.json")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("the repository's root was not found above " + source);
    }
}
