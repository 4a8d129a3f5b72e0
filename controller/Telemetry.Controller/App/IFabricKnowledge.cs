namespace Telemetry.Controller.App;

/// <summary>What a switch's agent has to know of the others.</summary>
internal interface IFabricKnowledge
{
    /// <summary>Waits until probes have told which links of a switch are up; not for ever, as their other ends may be away.</summary>
    Task LinksKnownAsync(string name, CancellationToken cancellation);

    /// <summary>Waits until every switch can take what others send it; not for ever, as some may be away.</summary>
    Task AllReadyAsync(CancellationToken cancellation);
}
