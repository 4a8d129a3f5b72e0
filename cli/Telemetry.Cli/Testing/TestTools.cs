using System.Diagnostics;

namespace Telemetry.Cli.Testing;

/// <summary>The Debian packages that some tests use, and how to get those that are missing.</summary>
internal static class TestTools
{
    private static readonly (string Package, string[] Files)[] s_needed =
    [
        ("mininet", ["/usr/bin/mn"]),
        ("iputils-ping", ["/usr/bin/ping", "/bin/ping"]),
        ("iproute2", ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"]),
        ("iperf3", ["/usr/bin/iperf3"]),
        ("nftables", ["/usr/sbin/nft"]),
        ("mypy", ["/usr/bin/mypy"]),
        ("ethtool", ["/usr/sbin/ethtool", "/sbin/ethtool"]),
        ("tmux", ["/usr/bin/tmux"]),
        ("procps", ["/usr/bin/pgrep"]),
        ("libpcap0.8", ["/usr/lib/x86_64-linux-gnu/libpcap.so.0.8", "/usr/lib/aarch64-linux-gnu/libpcap.so.0.8"]),
    ];

    /// <summary>Installs what is missing with apt when this is root on a machine that has it; says what it did on <paramref name="log"/>.</summary>
    public static async Task InstallAsync(TextWriter log, CancellationToken cancellation)
    {
        string[] missing = Missing();
        if (missing.Length == 0)
        {
            return;
        }

        string names = string.Join(' ', missing);
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            await log.WriteLineAsync($"not installed, and this is not root with apt: {names}; the tests that need them are skipped").ConfigureAwait(false);
            return;
        }

        await log.WriteLineAsync($"installing with apt: {names}").ConfigureAwait(false);
        // An old package list fails the install; refreshing it costs more than trying first.
        string[] install = ["install", "-y", "-qq", "--no-install-recommends", .. missing];
        if (await AptAsync(install, cancellation).ConfigureAwait(false) != 0)
        {
            await AptAsync(["update", "-qq"], cancellation).ConfigureAwait(false);
            await AptAsync(install, cancellation).ConfigureAwait(false);
        }

        missing = Missing();
        if (missing.Length > 0)
        {
            await log.WriteLineAsync($"apt could not install {string.Join(' ', missing)}; the tests that need them are skipped").ConfigureAwait(false);
        }
    }

    private static string[] Missing() =>
        [.. s_needed.Where(tool => !tool.Files.Any(File.Exists)).Select(tool => tool.Package)];

    private static async Task<int> AptAsync(string[] arguments, CancellationToken cancellation)
    {
        // Another apt at work is waited for, not given up on.
        ProcessStartInfo start = new("/usr/bin/apt-get", ["-o", "DPkg::Lock::Timeout=300", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using Process process = Process.Start(start) ?? throw new CommandException("cannot start apt-get");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        await Task.WhenAll(output, errors, process.WaitForExitAsync(cancellation)).ConfigureAwait(false);
        return process.ExitCode;
    }
}
