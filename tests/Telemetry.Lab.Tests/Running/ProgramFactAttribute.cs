using Telemetry.Lab.Running;

namespace Telemetry.Lab.Tests.Running;

/// <summary>A test that needs the compiled INT program; skipped, saying so, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute()
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
