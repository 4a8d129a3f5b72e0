namespace Telemetry.Controller.Planning;

/// <summary>How much of the load ports may take, among those of equal cost. Immutable.</summary>
public sealed class PortWeights
{
    private readonly IReadOnlyDictionary<(string Switch, int Port), int> _reduced;

    /// <summary>Weights of the ports that have less than the most; all others have the most.</summary>
    public PortWeights(int maximum, IReadOnlyDictionary<(string Switch, int Port), int> reduced) => (Maximum, _reduced) = (maximum, reduced);

    /// <summary>All ports alike.</summary>
    public static PortWeights Even { get; } = new(1, new Dictionary<(string, int), int>());

    /// <summary>Weight of most ports.</summary>
    public int Maximum { get; }

    /// <summary>True when all are alike.</summary>
    public bool AreEven => _reduced.Count == 0;

    /// <summary>Ports that have less than the most.</summary>
    public IReadOnlyDictionary<(string Switch, int Port), int> Reduced => _reduced;

    /// <summary>Weight of a port.</summary>
    public int Of(string switchName, int port) => _reduced.GetValueOrDefault((switchName, port), Maximum);
}
