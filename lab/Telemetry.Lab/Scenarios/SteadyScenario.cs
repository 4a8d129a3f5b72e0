namespace Telemetry.Lab.Scenarios;

/// <summary>Light traffic between all hosts, well below every link's rate: nothing to alert about.</summary>
internal static class SteadyScenario
{
    public static ScenarioPlan Plan(ScenarioContext context) =>
        new("steady", context.Seed, BackgroundTraffic.Plan(context, 1), []);
}
