namespace Telemetry.Cli.Tests.Repository;

/// <summary>Finds the checkout that the running tests were built from.</summary>
internal static class RepositoryRoot
{
    /// <summary>Absolute path of the folder that holds Telemetry.sln.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Telemetry.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException($"no Telemetry.sln above {AppContext.BaseDirectory}");
    }
}
