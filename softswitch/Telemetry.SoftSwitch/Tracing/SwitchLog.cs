using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>The log that a switch writes by itself, whose level can change. On the loop's thread.</summary>
internal sealed class SwitchLog(Switch owner, ITraceSink sink)
{
    private IDisposable? _session;

    /// <summary>Writes what the options say from now on.</summary>
    public void Configure(TraceOptions options)
    {
        _session?.Dispose();
        _session = options.Level == TraceLevel.Off ? null : owner.StartTrace(options, sink);
    }
}
