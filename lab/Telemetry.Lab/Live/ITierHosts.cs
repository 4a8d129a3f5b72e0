namespace Telemetry.Lab.Live;

/// <summary>Hosts of a network that run the collector's nodes and centers as processes, where the topology places them.</summary>
internal interface ITierHosts : IAsyncDisposable
{
    /// <summary>From now on a tier that ends although nobody asked it to is started again.</summary>
    /// <param name="say">Gets a line when one ended, and what became of it; called from any thread.</param>
    void KeepAlive(Action<string> say);

    /// <summary>Runs a center until <see cref="StopAsync"/>; returns once it serves.</summary>
    /// <param name="name">As the topology names its host.</param>
    /// <param name="dataCenter">URL of the data center, as that host reaches it.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>URL of the center, as its nodes and this process reach it.</returns>
    /// <exception cref="Mininet.MininetException">It does not serve; with what it said last.</exception>
    Task<string> StartCenterAsync(string name, string dataCenter, CancellationToken cancellation);

    /// <summary>Runs a node until <see cref="StopAsync"/>; returns once it hears reports.</summary>
    /// <param name="name">As the topology names its host.</param>
    /// <param name="center">URL of its center.</param>
    /// <param name="program">Path of the program whose reports it reads.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="Mininet.MininetException">It does not serve; with what it said last.</exception>
    Task StartNodeAsync(string name, string center, string program, CancellationToken cancellation);

    /// <summary>Ends a tier, which delivers what it has first.</summary>
    Task StopAsync(string name);
}
