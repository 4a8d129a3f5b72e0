namespace Telemetry.Lab.Mininet;

/// <summary>What runs a P4 switch.</summary>
public enum SwitchTarget
{
    /// <summary>The embedded switch.</summary>
    Soft,

    /// <summary>BMv2's simple_switch_grpc.</summary>
    Bmv2,
}
