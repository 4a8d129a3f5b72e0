using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Service;

/// <summary>P4Runtime v1.5.0 over one switch.</summary>
internal sealed partial class P4RuntimeService(Switch owner) : P4.V1.P4Runtime.P4RuntimeBase
{
    private readonly Switch _switch = owner;
}
