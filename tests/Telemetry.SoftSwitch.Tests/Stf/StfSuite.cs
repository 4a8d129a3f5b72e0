using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>The v1model tests of the p4c checkout that P4C_STF_DIR names, and what the compiler on the PATH makes of their programs.</summary>
internal static class StfSuite
{
    private const string Variable = "P4C_STF_DIR";
    private const string InfoEnding = ".p4info.txtpb";
    private const string ComplaintEnding = ".none";
    private static readonly Lazy<Dictionary<string, string>> Compiled = new(CompileAll);

    /// <summary>Why the tests cannot run; null when they can.</summary>
    public static string? Missing { get; } = Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } root
        ? $"{Variable} names no p4c checkout"
        : !Directory.Exists(Path.Combine(root, "testdata")) ? $"{Variable}={root} is no p4c checkout"
        : FindCompiler() is null ? "p4c-bm2-ss is not on the PATH" : null;

    /// <summary>Test files below testdata, those of programs for other targets left out.</summary>
    public static IReadOnlyList<string> Names { get; } = Missing is null ? [.. FindNames()] : [];

    public static string PathOf(string name) => Path.Combine(Root, name);

    private static string Root => Path.Combine(Environment.GetEnvironmentVariable(Variable)!, "testdata");

    /// <summary>The program's JSON, or the compiler's complaint as an exception.</summary>
    public static byte[] JsonOf(string name)
    {
        string result = Compiled.Value[name];
        return File.Exists(result) ? File.ReadAllBytes(result) : throw new InvalidOperationException(result);
    }

    /// <summary>The program's P4Info as text, or the compiler's complaint as an exception.</summary>
    public static string InfoOf(string name)
    {
        string info = Path.ChangeExtension(Compiled.Value[name], InfoEnding);
        return File.Exists(info) ? File.ReadAllText(info)
            : throw new InvalidOperationException(File.Exists(info + ComplaintEnding) ? File.ReadAllText(info + ComplaintEnding) : Compiled.Value[name]);
    }

    private static IEnumerable<string> FindNames()
    {
        foreach (string folder in (string[])["p4_14_samples", "p4_16_samples"])
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.stf", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string program = Path.ChangeExtension(file, ".p4");
                if (File.Exists(program) && (folder == "p4_14_samples" || File.ReadAllText(program).Contains("v1model.p4", StringComparison.Ordinal)))
                {
                    yield return Path.GetRelativePath(Root, file);
                }
            }
        }
    }

    /// <summary>File of the JSON, or what the compiler said, for each test. Files are kept in the temporary folder by content.</summary>
    private static Dictionary<string, string> CompileAll()
    {
        string cache = Path.Combine(Path.GetTempPath(), "telemetry-stf");
        Directory.CreateDirectory(cache);
        Dictionary<string, string> results = [];
        Parallel.ForEach(Names, new ParallelOptions { MaxDegreeOfParallelism = 2 }, name =>
        {
            string program = Path.ChangeExtension(PathOf(name), ".p4");
            string key = Convert.ToHexString(SHA256.HashData([.. File.ReadAllBytes(program), .. Encoding.UTF8.GetBytes(name + File.GetLastWriteTimeUtc(FindCompiler()!).Ticks)]))[..24];
            string json = Path.Combine(cache, key + ".json");
            string info = Path.ChangeExtension(json, InfoEnding);
            bool isKnown = File.Exists(json) && (File.Exists(info) || File.Exists(info + ComplaintEnding));
            string result = isKnown ? json : Compile(program, json, name.StartsWith("p4_14", StringComparison.Ordinal));
            lock (results)
            {
                results[name] = result;
            }
        });
        return results;
    }

    /// <summary>Compiles with a P4Info; without one where two actions share a name, which the control plane cannot tell apart.</summary>
    private static string Compile(string program, string json, bool isP414)
    {
        string written = json + ".new";
        string[] arguments = ["--std", isP414 ? "p4-14" : "p4-16", "-o", written, program];
        string info = Path.ChangeExtension(json, InfoEnding);
        string said = RunCompiler([.. arguments, "--p4runtime-files", info], program);
        if (!File.Exists(written))
        {
            File.Delete(info);
            File.WriteAllText(info + ComplaintEnding, said);
            said = RunCompiler(arguments, program);
        }

        if (!File.Exists(written))
        {
            return "p4c-bm2-ss: " + said;
        }

        File.Move(written, json, true);
        return json;
    }

    private static string RunCompiler(string[] arguments, string program)
    {
        using Process compiler = Process.Start(new ProcessStartInfo(FindCompiler()!, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(program),
        })!;
        Task<string> output = compiler.StandardOutput.ReadToEndAsync();
        string said = compiler.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        compiler.WaitForExit();
        return said;
    }

    private static string? FindCompiler() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "p4c-bm2-ss")).FirstOrDefault(File.Exists);
}
