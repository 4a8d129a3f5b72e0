using Telemetry.Lab.Running;

namespace Telemetry.Lab.Tests.Running;

/// <summary>A theory that needs the compiled INT program; skipped, saying so, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute()
    {
        try
        {
            ProgramLocator.Find(null);
        }
        catch (LabException missing)
        {
            Skip = missing.Message;
        }
    }
}
