using System.Diagnostics;
using System.Text.RegularExpressions;
using Telemetry.Cli.Tests.Programs;
using Telemetry.Cli.Tests.Repository;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>The script that mininet/README.md shows, as it stands there.</summary>
public sealed partial class MininetScriptTests : IDisposable
{
    private const string Afterwards = """

        import subprocess, time
        lost = net.pingAll()
        for deadline in range(600):
            net.get("h1").cmd("echo hello > /dev/udp/10.0.2.1/5000")
            status = subprocess.run([os.environ["TELEMETRY_PROGRAM"], "status"], capture_output=True, text=True).stdout
            if "from s2" in status:
                break
            time.sleep(0.1)
        net.stop()
        print(f"LOST {lost}")
        print(status)
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mininet-script-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [RequiresFact("root", "/usr/bin/mn", "/usr/bin/ping", "/usr/bin/unshare")]
    public async Task ReadmeScript_AsItStands_HostsReachEachOtherAndTheirPacketsAreMeasured()
    {
        string mininet = Path.Combine(RepositoryRoot.Path, "mininet");
        string script = Script().Match(await File.ReadAllTextAsync(Path.Combine(mininet, "README.md"))).Groups[1].Value;
        Assert.Equal(10, script.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        string program = Write("telemetry", $"#!/bin/sh\nexec dotnet {TelemetryProcess.Path} \"$@\"\n");
        string python = Write("script.py", $"import os\n{script}{Afterwards}");
        ProcessStartInfo start = new(
            "/usr/bin/unshare", ["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", $"ip link set lo up && exec /usr/bin/python3 {python}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = mininet;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["TELEMETRY_PROGRAM"] = program;
        start.Environment["TELEMETRY_ROOT"] = RepositoryRoot.Path;
        start.Environment["TMPDIR"] = _folder;
        using Process run = Process.Start(start)!;
        Task<string> errors = run.StandardError.ReadToEndAsync();
        string output = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();

        Assert.True(run.ExitCode == 0, $"{output}\n{await errors}");
        Assert.Contains("LOST 0.0", output, StringComparison.Ordinal);
        Assert.Contains("from s2", output, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Script();
}
