namespace Telemetry.SoftSwitch.Hosting;

/// <summary>The core of <c>telemetry switch</c>: one switch on network interfaces, with simple_switch_grpc's command line.</summary>
public static class SwitchHost
{
    /// <summary>Runs until cancelled; returns the exit code: 0 after cancellation, 2 for a bad command line, 1 for any other fault, which is written to the log.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter log, CancellationToken cancellation)
    {
        await log.WriteLineAsync("telemetry switch: not in this build".AsMemory(), cancellation).ConfigureAwait(false);
        return 1;
    }
}
