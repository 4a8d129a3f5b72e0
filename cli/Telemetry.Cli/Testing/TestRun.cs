using System.Diagnostics;

namespace Telemetry.Cli.Testing;

/// <summary>Builds the solution and runs its test projects one after the other.</summary>
/// <param name="root">The checkout.</param>
/// <param name="log">Where progress and the summary go.</param>
internal sealed class TestRun(string root, TextWriter log)
{
    /// <summary>Runs all test projects; the last line it prints is <c>N passed, N failed, N skipped</c>.</summary>
    /// <param name="filter">A dotnet test filter expression, or null for all.</param>
    /// <param name="cancellation">Ends the run; children are killed.</param>
    /// <returns>0 when tests ran and none failed.</returns>
    public async Task<int> RunAsync(string? filter, CancellationToken cancellation)
    {
        await TestTools.InstallAsync(log, cancellation).ConfigureAwait(false);
        await log.WriteLineAsync("building everything").ConfigureAwait(false);
        if (await DotnetAsync(["build", "Telemetry.sln", "-c", "Release", "--nologo", "-v", "quiet", "-clp:NoSummary"], echo: true, cancellation).ConfigureAwait(false) != 0)
        {
            await log.WriteLineAsync("0 passed, 1 failed, 0 skipped").ConfigureAwait(false);
            return 1;
        }

        string results = Path.Combine(Path.GetTempPath(), $"telemetry-test-{Environment.ProcessId}");
        Directory.CreateDirectory(results);
        int passed = 0;
        int failed = 0;
        int skipped = 0;
        try
        {
            string[] projects = Directory.GetFiles(Path.Combine(root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories);
            foreach (string project in projects.Order(StringComparer.Ordinal))
            {
                string name = Path.GetFileNameWithoutExtension(project);
                TrxSummary summary = await RunProjectAsync(project, name, results, filter, cancellation).ConfigureAwait(false);
                passed += summary.Passed;
                failed += summary.Failed;
                skipped += summary.Skipped;
                await log.WriteLineAsync($"{name}: {summary.Passed} ok, {summary.Failed} not ok, {summary.Skipped} left out").ConfigureAwait(false);
                foreach (string text in summary.Failures)
                {
                    await log.WriteLineAsync($"  FAILED {text.ReplaceLineEndings("\n    ")}").ConfigureAwait(false);
                }

                foreach (string text in summary.Skips)
                {
                    await log.WriteLineAsync($"  skipped {text.ReplaceLineEndings(" ")}").ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }

        await log.WriteLineAsync($"{passed} passed, {failed} failed, {skipped} skipped").ConfigureAwait(false);
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private async Task<TrxSummary> RunProjectAsync(
        string project, string name, string results, string? filter, CancellationToken cancellation)
    {
        string file = $"{name}.trx";
        string[] arguments =
        [
            "test", project, "-c", "Release", "--no-build", "--nologo", "-v", "quiet",
            "--logger", $"trx;LogFileName={file}", "--results-directory", results,
            .. filter is null ? Array.Empty<string>() : ["--filter", filter],
        ];
        int code = await DotnetAsync(arguments, echo: false, cancellation).ConfigureAwait(false);
        string path = Path.Combine(results, file);
        if (!File.Exists(path))
        {
            // With a filter, a project without a match writes no results and that is fine.
            return filter is not null && code == 0
                ? new TrxSummary(0, 0, 0, [], [])
                : new TrxSummary(0, 1, 0, [$"{name}: the test host wrote no results (exit code {code})"], []);
        }

        TrxSummary summary = TrxSummary.Read(path);
        return code != 0 && summary.Failed == 0
            ? summary with { Failed = 1, Failures = [$"{name}: the test host ended with exit code {code}"] }
            : summary;
    }

    private async Task<int> DotnetAsync(string[] arguments, bool echo, CancellationToken cancellation)
    {
        ProcessStartInfo start = new("dotnet", arguments)
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using Process process = Process.Start(start) ?? throw new CommandException("cannot start dotnet");
        await using CancellationTokenRegistration kill = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await Task.WhenAll(output, errors, process.WaitForExitAsync(CancellationToken.None)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (echo && process.ExitCode != 0)
        {
            await log.WriteAsync(await output.ConfigureAwait(false)).ConfigureAwait(false);
            await log.WriteAsync(await errors.ConfigureAwait(false)).ConfigureAwait(false);
        }

        return process.ExitCode;
    }
}
