using System.Diagnostics;

namespace Telemetry.Lab.Tests.Mininet;

public class PythonPackageTests
{
    private const string Python = "/usr/bin/python3";

    [MininetFact]
    public async Task Package_ItsOwnTests_Pass()
    {
        string said = await RunAsync("-m", "unittest", "discover", "-s", "tests", "-t", ".");
        Assert.Matches("Ran [1-9][0-9]* tests", said);
    }

    [MininetFact("mypy")]
    public async Task Package_TypeHints_Hold()
    {
        string said = await RunAsync("-m", "mypy", "--cache-dir", "/dev/null", "telemetry_mininet", "tests");
        Assert.Contains("no issues found", said, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new(Python, arguments)
        {
            WorkingDirectory = MininetFactAttribute.PackageFolder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process python = Process.Start(start)!;
        Task<string> output = python.StandardOutput.ReadToEndAsync();
        string said = await python.StandardError.ReadToEndAsync() + await output;
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, said);
        return said;
    }
}
