using System.ComponentModel;
using System.Diagnostics;

namespace Telemetry.Lab.Programs;

/// <summary>p4c for BMv2, as it is on the PATH.</summary>
internal static class P4Compiler
{
    private const string Backend = "p4c-bm2-ss";
    private const string Driver = "p4c";

    /// <summary>Compiles a P4-16 source into <c>NAME.json</c> and <c>NAME.p4info.txtpb</c>, with the compiler's words in <c>NAME.log</c>.</summary>
    /// <param name="source">The source.</param>
    /// <param name="folder">Where the files go; made.</param>
    /// <param name="cancellation">Ends the compiler.</param>
    /// <returns>Path of the JSON.</returns>
    /// <exception cref="LabException">There is no compiler, or it refused the source; then with its words.</exception>
    public static async Task<string> CompileAsync(string source, string folder, CancellationToken cancellation)
    {
        string? program = OnPath(Backend) ?? OnPath(Driver);
        if (program is null)
        {
            throw new LabException(
                $"{source} is P4 source and neither {Backend} nor {Driver} is on the PATH: install p4c, or name what it makes, NAME.json beside NAME.p4info.txtpb");
        }

        Directory.CreateDirectory(folder);
        string name = Path.GetFileNameWithoutExtension(source);
        string json = Path.Combine(folder, $"{name}.json");
        List<string> arguments = ["--std", "p4-16", "--p4runtime-files", Path.Combine(folder, $"{name}.p4info.txtpb"), "-o"];
        // The driver's output is a folder, and it has to be told for whom it compiles.
        arguments.AddRange(Path.GetFileName(program) == Driver ? [folder, "--target", "bmv2", "--arch", "v1model", source] : [json, source]);
        (int code, string said) = await RunAsync(program, arguments, cancellation).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.log"), said, cancellation).ConfigureAwait(false);
        if (code != 0 || !File.Exists(json))
        {
            throw new LabException($"{source}: {Path.GetFileName(program)} ended with {code}{(said.Length > 0 ? $":\n{said}" : " and said nothing")}");
        }

        return json;
    }

    private static string? OnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static async Task<(int Code, string Said)> RunAsync(string program, List<string> arguments, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process compiler = Process.Start(start) ?? throw new LabException($"cannot start {program}");
            Task<string> errors = compiler.StandardError.ReadToEndAsync(cancellation);
            Task<string> output = compiler.StandardOutput.ReadToEndAsync(cancellation);
            try
            {
                await compiler.WaitForExitAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                compiler.Kill(entireProcessTree: true);
                throw;
            }

            return (compiler.ExitCode, $"{await errors.ConfigureAwait(false)}{await output.ConfigureAwait(false)}".Trim());
        }
        catch (Win32Exception fault)
        {
            throw new LabException($"cannot start {program}: {fault.Message}", fault);
        }
    }
}
