using Telemetry.Cli.Tests.Programs;
using Telemetry.Cli.Tests.Repository;

namespace Telemetry.Cli.Tests.Commands;

/// <summary>What a lab makes of the user's files before it starts: P4 sources are compiled, faults are told, nothing is left.</summary>
public sealed class LabInputTests : IDisposable
{
    private const string Hosts = """
        "hosts": {"h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01:11"}, "h2": {"ip": "10.0.1.2/24", "mac": "08:00:00:00:01:22"}}
        """;

    private static readonly string[] s_short = ["lab", "--headless", "--virtual", "--scenario", "steady", "--seconds", "3", "--json"];

    private readonly string _folder = Directory.CreateTempSubdirectory("lab-input-").FullName;

    public LabInputTests()
    {
        foreach (string name in new[] { "tmp", "bin", "src" })
        {
            Directory.CreateDirectory(In(name));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("p4c-bm2-ss", """while [ $# -gt 1 ]; do case $1 in -o) json=$2;; --p4runtime-files) info=$2;; esac; shift; done""")]
    [InlineData("p4c", """case "$*" in *"--target bmv2"*) ;; *) exit 9;; esac; while [ $# -gt 1 ]; do case $1 in -o) json=$2/$NAME.json;; --p4runtime-files) info=$2;; esac; shift; done""")]
    public async Task Lab_ProgramsAreSources_EachIsCompiledOnceAndRuns(string compiler, string reading)
    {
        FakeCompiler(compiler, $$"""
            for last; do :; done; NAME=$(basename "$last" .p4); echo "$last" >> {{In("calls")}}
            {{reading}}
            cp {{Shipped("int.json")}} "$json" && cp {{Shipped("int.p4info.txtpb")}} "$info"
            """);
        Write("src/int.p4", "one");
        Write("src/other.p4", "two");
        string topology = Write("topology.json", $$"""
            { {{Hosts}}, "switches": {"s1": {"program": "src/other.p4"}, "s2": {"program": "src/other.p4"} },
              "links": [["h1", "s1-p1"], ["h2", "s2-p1"], ["s1-p2", "s2-p2"]] }
            """);

        (int code, string output, string errors) = await RunAsync([.. s_short, "--topology", topology, "--program", In("src/int.p4")]);

        Assert.True(code == 0, errors);
        Assert.Contains("\"path\":[\"s1\",\"s2\"]", output.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal([In("src/int.p4"), In("src/other.p4")], (await File.ReadAllLinesAsync(In("calls"))).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(In("tmp")));
    }

    [Fact]
    public async Task Lab_CompilerRefusesSource_SaysFileAndTheCompilersWords()
    {
        FakeCompiler("p4c-bm2-ss", "echo 'x.p4(3): error: what is this' >&2; exit 1");
        await FailsAsync(["x.p4: p4c-bm2-ss ended with 1", "x.p4(3): error: what is this"], [.. s_short, "--topology", "linear", "--program", Write("src/x.p4", "?")]);
    }

    [Fact]
    public async Task Lab_SourceAndNoCompiler_SaysThatItIsMissing() =>
        await FailsAsync(["x.p4 is P4 source", "p4c is on the PATH", "NAME.p4info.txtpb"], [.. s_short, "--topology", "linear", "--program", Write("src/x.p4", "?")]);

    [Fact]
    public async Task Lab_FolderOfSeveralSources_SaysThatOneMustBeNamed()
    {
        Write("src/a.p4", "");
        Write("src/b.p4", "");
        await FailsAsync(["2 P4 sources (a.p4, b.p4)"], [.. s_short, "--topology", "linear", "--program", In("src")]);
    }

    [RequiresFact("p4c-bm2-ss")]
    public async Task Lab_ShippedProgramAsSource_RunsAsTheCompiledOne()
    {
        string source = Path.Combine(RepositoryRoot.Path, "p4", "int", "int.p4");
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        (int code, string output, string errors) = await RunAsync([.. s_short, "--topology", "linear", "--program", source], path);
        Assert.True(code == 0, errors);
        (_, string compiled, _) = await RunAsync([.. s_short, "--topology", "linear"], path);
        Assert.Equal(compiled, output);
    }

    [RequiresFact("root", "/usr/bin/mn")]
    public async Task Lab_MininetWithFaultyFiles_SaysThemBeforeAnyNetwork()
    {
        const string Entry = """{"table_entries": [{"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst_addr": ["10.0.1.1", 32]}, "action_name": "Ingress.drop", "action_params": {}}]}""";
        (string Runtime, string Link, string[] Expected)[] cases =
        [
            (Entry.Replace("Ingress.ipv4_lpm", "Ingress.nosuch", StringComparison.Ordinal), "s1-p1", ["s1-runtime.json:1: table_entries[0]", "Ingress.nosuch", "known"]),
            (Entry.Replace("dst_addr", "destination", StringComparison.Ordinal), "s1-p1", ["s1-runtime.json:1: table_entries[0]", "hdr.ipv4.destination"]),
            (Entry.Replace("Ingress.drop", "Ingress.discard", StringComparison.Ordinal), "s1-p1", ["s1-runtime.json:1: table_entries[0]", "Ingress.discard"]),
            (Entry[..^3], "s1-p1", ["s1-runtime.json:1"]),
            ("", "s1-p1", ["topology.json", "switches.s1", "s1-runtime.json", "does not exist"]),
            (Entry, "s1-p0", ["topology.json", "links[0]", "s1-p0"]),
            (Entry, "s1-p2", ["topology.json", "links[1]", "s1-p2"]),
            (Entry, "s7-p1", ["topology.json", "links[0]", "s7"]),
        ];
        foreach ((string runtime, string link, string[] expected) in cases)
        {
            File.Delete(In("s1-runtime.json"));
            if (runtime.Length > 0)
            {
                Write("s1-runtime.json", runtime);
            }

            string topology = Write("topology.json", $$"""
                { {{Hosts}}, "switches": {"s1": {"runtime_json": "s1-runtime.json"} }, "links": [["h1", "{{link}}"], ["h2", "s1-p2"]] }
                """);
            await FailsAsync(expected, ["lab", "--mininet", "--topology", topology, "--program", "basic", "--run", "true"]);
        }
    }

    private string In(string name) => Path.Combine(_folder, name);

    private static string Shipped(string name) => Path.Combine(RepositoryRoot.Path, "p4", "int", name);

    private string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    private void FakeCompiler(string name, string script)
    {
        string path = Write($"bin/{name}", $"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // The test's own folder of temporary files shows what is left; its PATH has no compiler but the test's.
    private async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, string? path = null)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["TMPDIR"] = In("tmp"), ["PATH"] = path ?? In("bin") };
        await using TelemetryProcess lab = TelemetryProcess.Start(environment, arguments);
        return await lab.EndAsync();
    }

    private async Task FailsAsync(string[] expected, string[] arguments)
    {
        (int code, string output, string errors) = await RunAsync(arguments);
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.All(expected, e => Assert.Contains(e, errors, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(LabRemains.FolderIn, errors, StringComparison.Ordinal); // nothing was started
        Assert.Empty(Directory.GetFileSystemEntries(In("tmp")));
    }
}
