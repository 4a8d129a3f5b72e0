namespace Telemetry.Cli;

/// <summary>Where programs keep what must outlive them, when not told otherwise: $XDG_STATE_HOME/telemetry, by default ~/.local/state/telemetry.</summary>
internal static class StateFolder
{
    /// <summary>Folder of a tier's spool.</summary>
    /// <exception cref="CommandException">The name is no file name, or there is no home folder.</exception>
    public static string Spool(string tier) => Path.Combine(Root(), "spool", FileName(tier));

    private static string FileName(string tier) =>
        tier.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()) || tier is "." or ".."
            ? throw new CommandException($"--name {tier}: give --spool too, a folder cannot have that name")
            : tier;

    private static string Root()
    {
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (!string.IsNullOrEmpty(state) && Path.IsPathFullyQualified(state))
        {
            return Path.Combine(state, "telemetry");
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0
            ? Path.Combine(home, ".local", "state", "telemetry")
            : throw new CommandException("there is no home folder to keep the spool in; give --spool DIRECTORY, or --spool none");
    }
}
