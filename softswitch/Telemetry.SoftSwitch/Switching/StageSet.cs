using Telemetry.SoftSwitch.Compilation;
using Telemetry.SoftSwitch.Programs;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>The compiled parts that a switch runs now: the program's own, or a variant that also observes.</summary>
internal sealed record StageSet(Stage Parser, Stage Ingress, Stage Egress, Stage Deparser)
{
    public static StageSet Of(SwitchProgram program) => new(program.Parser, program.Ingress, program.Egress, program.Deparser);

    /// <summary>The same parts with a clock around each.</summary>
    public StageSet Timed(StageClock clock) => new(
        clock.Around(0, Parser), clock.Around(1, Ingress), clock.Around(2, Egress), clock.Around(3, Deparser));
}
