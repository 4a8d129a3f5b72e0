namespace Telemetry.SoftSwitch.Tests.Programs.Targets;

/// <summary>The targets that are here, as rows of a theory.</summary>
public static class Targets
{
    public const string Embedded = "embedded";
    public const string Bmv2 = "bmv2";

    public static IReadOnlyList<string> Names => Bmv2Path is null ? [Embedded] : [Embedded, Bmv2];

    public static TheoryData<string> All => [.. Names];

    /// <summary>simple_switch_grpc on the PATH, or null.</summary>
    public static string? Bmv2Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "simple_switch_grpc")).FirstOrDefault(File.Exists);
}
