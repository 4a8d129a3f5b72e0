using System.Diagnostics.CodeAnalysis;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;

namespace Telemetry.Collector.DataCenters;

/// <summary>
/// One watcher's queue of changes, starting with a snapshot. When the reader is slow, states and alerts are kept as
/// their newest version only, and the oldest windows and events are dropped and counted. Safe for one writer and one
/// reader at the same time.
/// </summary>
public sealed class FeedSubscription : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _queue = new();
    private readonly Dictionary<(Update.WhatOneofCase, string), LinkedListNode<Entry>> _states = [];
    private readonly ArrivalSignal _arrival = new();
    private readonly int _limit;
    private readonly Action<FeedSubscription> _onDispose;
    private ulong _windowsDropped;
    private ulong _eventsDropped;
    private int _windows;
    private int _events;
    private bool _closed;

    internal FeedSubscription(string client, int limit, Update snapshot, Action<FeedSubscription> onDispose)
    {
        Client = client;
        _limit = limit;
        _onDispose = onDispose;
        _queue.AddLast(new Entry(snapshot, ""));
    }

    /// <summary>Who watches, for the log.</summary>
    public string Client { get; }

    /// <summary>Windows that this watcher lost so far.</summary>
    public ulong WindowsDropped
    {
        get
        {
            lock (_lock)
            {
                return _windowsDropped;
            }
        }
    }

    /// <summary>Takes the oldest change out; the first one is the snapshot.</summary>
    /// <returns>False when there is none now.</returns>
    public bool TryRead([NotNullWhen(true)] out Update? update)
    {
        lock (_lock)
        {
            update = null;
            if (_queue.First is not { } first)
            {
                return false;
            }

            Remove(first);
            update = first.Value.Update;
            update.WindowsDropped = _windowsDropped;
            update.EventsDropped = _eventsDropped;
            return true;
        }
    }

    /// <summary>Completes when there is something to read, or the subscription ended.</summary>
    /// <returns>False when it ended and everything was read.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        await _arrival.WaitAsync(() => HasMore || _closed, cancellation).ConfigureAwait(false);
        return HasMore;
    }

    /// <summary>Ends the subscription.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _arrival.Raise();
        _onDispose(this);
    }

    /// <summary>Queues a change.</summary>
    /// <param name="update">An update of its own for this watcher.</param>
    /// <param name="state">What it is the newest state of; empty for windows and events.</param>
    internal void Add(Update update, string state)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            (Update.WhatOneofCase, string) key = (update.WhatCase, state);
            if (state.Length > 0 && _states.TryGetValue(key, out LinkedListNode<Entry>? older))
            {
                Remove(older);
            }

            LinkedListNode<Entry> node = _queue.AddLast(new Entry(update, state));
            if (state.Length > 0)
            {
                _states[key] = node;
            }

            _windows += update.WhatCase == Update.WhatOneofCase.Window ? 1 : 0;
            _events += update.WhatCase == Update.WhatOneofCase.Event ? 1 : 0;
            if (_windows > _limit)
            {
                DropOldest(Update.WhatOneofCase.Window);
                _windowsDropped++;
            }

            if (_events > _limit)
            {
                DropOldest(Update.WhatOneofCase.Event);
                _eventsDropped++;
            }
        }

        _arrival.Raise();
    }

    private bool HasMore
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count > 0;
            }
        }
    }

    private void DropOldest(Update.WhatOneofCase what)
    {
        LinkedListNode<Entry>? node = _queue.First;
        while (node is not null && node.Value.Update.WhatCase != what)
        {
            node = node.Next;
        }

        if (node is not null)
        {
            Remove(node);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _queue.Remove(node);
        Update.WhatOneofCase what = node.Value.Update.WhatCase;
        _windows -= what == Update.WhatOneofCase.Window ? 1 : 0;
        _events -= what == Update.WhatOneofCase.Event ? 1 : 0;
        if (node.Value.State.Length > 0)
        {
            _states.Remove((what, node.Value.State));
        }
    }

    private readonly record struct Entry(Update Update, string State);
}
