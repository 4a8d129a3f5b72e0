namespace Telemetry.Controller.Tracing;

/// <summary>Passes records on to the sinks that listen at the moment.</summary>
public sealed class TraceTap : ITraceSink
{
    private readonly Lock _gate = new();
    private ITraceSink[] _sinks = [];

    /// <summary>True while nobody listens.</summary>
    public bool IsIdle => _sinks.Length == 0;

    /// <summary>Adds a listener.</summary>
    public void Add(ITraceSink sink)
    {
        lock (_gate)
        {
            _sinks = [.. _sinks, sink];
        }
    }

    /// <summary>Removes a listener; what is on its way to it still arrives.</summary>
    public void Remove(ITraceSink sink)
    {
        lock (_gate)
        {
            _sinks = [.. _sinks.Where(s => s != sink)];
        }
    }

    /// <inheritdoc/>
    public void Write(TraceRecord record)
    {
        lock (_gate)
        {
            foreach (ITraceSink sink in _sinks)
            {
                sink.Write(record);
            }
        }
    }
}
