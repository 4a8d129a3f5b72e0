using System.Diagnostics;
using System.Globalization;

namespace Telemetry.Controller.Tests.Targets;

/// <summary>simple_switch_grpc as a child process.</summary>
internal sealed class Bmv2Switch : LiveSwitch
{
    private Process? _process;

    protected override IEnumerable<string> First { get; } = ["--thrift-port", FreePort().ToString(CultureInfo.InvariantCulture)];

    public override async Task StopAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    protected override Task LaunchAsync()
    {
        _process = Process.Start(new ProcessStartInfo(TargetNames.Bmv2Path!, Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return Task.CompletedTask;
    }
}
