namespace Telemetry.SoftSwitch.Tests.Differential;

/// <summary>A test against BMv2: skipped where simple_switch and its command line are not on the PATH.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Bmv2TheoryAttribute : TheoryAttribute
{
    public Bmv2TheoryAttribute() => Skip = Bmv2.Missing;
}
