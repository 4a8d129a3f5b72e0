using System.Diagnostics;

namespace Telemetry.SoftSwitch.Tests.Support;

/// <summary>Two network interfaces joined by a virtual cable, up and without IPv6, deleted at the end.</summary>
internal sealed class VethPair : IDisposable
{
    private static int _last;

    public VethPair()
    {
        string name = $"t{Environment.ProcessId % 1_000_000}n{Interlocked.Increment(ref _last)}";
        (A, B) = ($"{name}a", $"{name}b");
        Run("ip", $"link add {A} type veth peer name {B}");
        foreach (string end in (string[])[A, B])
        {
            string ipv6 = $"/proc/sys/net/ipv6/conf/{end}/disable_ipv6";
            if (File.Exists(ipv6))
            {
                File.WriteAllText(ipv6, "1");
            }

            Run("ip", $"link set {end} up");
        }
    }

    public string A { get; }

    public string B { get; }

    public static void Run(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {arguments}: {errors}");
    }

    public void SetMtu(int bytes)
    {
        Run("ip", $"link set {A} mtu {bytes}");
        Run("ip", $"link set {B} mtu {bytes}");
    }

    public void Dispose() => Run("ip", $"link del {A}");
}
