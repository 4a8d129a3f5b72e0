using System.Diagnostics;

namespace Telemetry.Lab.Tests.Mininet;

public class PythonPackageTests
{
    private const string Python = "/usr/bin/python3";

    [MininetFact]
    public async Task Package_ItsOwnTests_Pass()
    {
        string folder = MininetFactAttribute.PackageFolder;
        ProcessStartInfo start = new(Python, ["-m", "unittest", "discover", "-s", "tests", "-t", "."])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process tests = Process.Start(start)!;
        string said = await tests.StandardError.ReadToEndAsync();
        await tests.WaitForExitAsync();
        Assert.True(tests.ExitCode == 0, said);
        Assert.Matches("Ran [1-9][0-9]* tests", said);
    }
}
