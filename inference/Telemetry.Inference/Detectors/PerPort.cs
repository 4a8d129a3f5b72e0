namespace Telemetry.Inference.Detectors;

/// <summary>A state of type <typeparamref name="T"/> for each port by name, made when a port is first seen.</summary>
internal sealed class PerPort<T>
    where T : class, new()
{
    private readonly Dictionary<string, T> _states = new(StringComparer.Ordinal);

    public T this[string port]
    {
        get
        {
            if (!_states.TryGetValue(port, out T? state))
            {
                state = new T();
                _states.Add(port, state);
            }

            return state;
        }
    }
}
