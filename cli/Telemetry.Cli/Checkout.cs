namespace Telemetry.Cli;

/// <summary>The checkout that this program was built from.</summary>
internal static class Checkout
{
    /// <summary>Absolute path of the folder with Telemetry.sln.</summary>
    /// <exception cref="CommandException">There is none: neither named by TELEMETRY_ROOT nor above the program.</exception>
    public static string Root()
    {
        string? named = Environment.GetEnvironmentVariable("TELEMETRY_ROOT");
        for (DirectoryInfo? at = new(named ?? AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Telemetry.sln")))
            {
                return at.FullName;
            }
        }

        throw new CommandException(
            $"no Telemetry.sln in or above {named ?? AppContext.BaseDirectory}: set TELEMETRY_ROOT to the checkout");
    }
}
