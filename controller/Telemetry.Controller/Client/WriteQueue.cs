using System.Runtime.ExceptionServices;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Client;

/// <summary>Runs a few writes at once; after one has failed no further one is begun, and those under way are awaited.</summary>
internal sealed class WriteQueue(int limit)
{
    private readonly Queue<Task<WriteReport>> _running = new();
    private readonly List<WriteReport> _done = [];
    private readonly List<P4RuntimeException> _faults = [];
    private ExceptionDispatchInfo? _other;

    /// <summary>Begins a write once there is room for it; false if one has failed, and this was not begun.</summary>
    public async Task<bool> AddAsync(Func<Task<WriteReport>> write)
    {
        while (_running.Count >= limit)
        {
            await TakeAsync().ConfigureAwait(false);
        }

        if (_faults.Count > 0 || _other is not null)
        {
            return false;
        }

        _running.Enqueue(write());
        return true;
    }

    /// <summary>What the writes did, in the order that they were begun.</summary>
    /// <exception cref="P4RuntimeException">At least one failed; all their updates are named.</exception>
    public async Task<IReadOnlyList<WriteReport>> EndAsync()
    {
        while (_running.Count > 0)
        {
            await TakeAsync().ConfigureAwait(false);
        }

        _other?.Throw();
        return _faults.Count switch
        {
            0 => _done,
            1 => throw _faults[0],
            _ => throw new P4RuntimeException(
                _faults[0].Code, _faults[0].Operation, _faults[0].UpdateErrors.Count == 0 ? _faults[0].Message : "", [.. _faults.SelectMany(f => f.UpdateErrors)], _faults[0]),
        };
    }

    private async Task TakeAsync()
    {
        try
        {
            _done.Add(await _running.Dequeue().ConfigureAwait(false));
        }
        catch (P4RuntimeException fault)
        {
            _faults.Add(fault);
        }
#pragma warning disable CA1031 // thrown again at the end: what is under way has to be awaited first
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _other ??= ExceptionDispatchInfo.Capture(fault);
        }
    }
}
