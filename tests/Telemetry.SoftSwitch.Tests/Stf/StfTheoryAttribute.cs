namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>A test over p4c's own test files: skipped without a checkout or its compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StfTheoryAttribute : TheoryAttribute
{
    public StfTheoryAttribute() => Skip = StfSuite.Missing;
}
