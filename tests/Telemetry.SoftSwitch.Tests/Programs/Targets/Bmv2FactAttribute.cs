namespace Telemetry.SoftSwitch.Tests.Programs.Targets;

/// <summary>A test of what only BMv2 can show: skipped where it isn't installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Bmv2FactAttribute : FactAttribute
{
    public Bmv2FactAttribute()
    {
        if (Targets.Bmv2Path is null)
        {
            Skip = "no simple_switch_grpc on the PATH: every test of the programs runs on the embedded switch only";
        }
    }
}
