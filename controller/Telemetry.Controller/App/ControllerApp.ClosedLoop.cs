using System.Globalization;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.App;

public sealed partial class ControllerApp
{
    private readonly LoadShifter? _shifter;
    private volatile PortWeights _weights = PortWeights.Even;
    private long _weightChanges;

    /// <summary>Raised with the weights of all ports that have less than the most, on the thread that found out.</summary>
    public event Action<PortWeights>? WeightsChanged;

    /// <summary>How much of the load ports may take now.</summary>
    public PortWeights Weights => _weights;

    /// <summary>How often weights changed since the start.</summary>
    public long WeightChanges => Interlocked.Read(ref _weightChanges);

    /// <summary>
    /// An alert began or ended; without a closed loop, of another kind, or on anything but a switch's port it is nothing
    /// to this controller. Any thread; what follows happens with the next interval.
    /// </summary>
    /// <param name="kind">Kind of the alert, e.g. <c>congestion</c>.</param>
    /// <param name="entity">What it is about; a port is <c>s1-p3</c>.</param>
    /// <param name="active">False once it has ended.</param>
    public void OnAlert(string kind, string entity, bool active)
    {
        if (_shifter is null || !_options.ClosedLoop!.Kinds.Contains(kind) || Port(entity) is not { } port)
        {
            return;
        }

        lock (_gate)
        {
            _shifter.OnAlert(port, active, NowNs());
        }
    }

    /// <summary>Weights that are due; caller holds the gate.</summary>
    private PortWeights? ShiftLoad(long nowNs)
    {
        if (_shifter?.Tick(nowNs) is not { } weights)
        {
            return null;
        }

        _weights = weights;
        _weightChanges++;
        return weights;
    }

    private LinkEnd? Port(string entity)
    {
        int at = entity.LastIndexOf("-p", StringComparison.Ordinal);
        return at > 0 && _agentByName.ContainsKey(entity[..at])
            && int.TryParse(entity.AsSpan(at + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? new LinkEnd(entity[..at], port)
            : null;
    }
}
