namespace Telemetry.SoftSwitch.Switching.Workers;

/// <summary>
/// Threads that share batches with the thread that owns the pool. Items are claimed in chunks, so a helper that the
/// machine does not run costs nothing: the owner then does all by itself.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    /// <summary>Looks for work before a helper sleeps: some 20 us, about what waking it costs.</summary>
    private const int SpinsBeforeSleep = 400;
    private const long Closed = int.MaxValue;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _wake = new(0);
    private int _sleeping;
    private IBatchWork? _work;
    private int _count;
    private int _chunk;
    private int _done;
    private Exception? _fault;
    private volatile bool _isClosed;

    /// <summary>The batch's number in the high half, the next item to claim in the low half, which is <see cref="Closed"/> between batches.</summary>
    private long _claim = Closed;

    /// <summary>Makes <paramref name="lanes"/> - 1 helpers.</summary>
    public WorkerPool(string name, int lanes)
    {
        _helpers = [.. Enumerable.Range(1, lanes - 1).Select(lane => new Thread(() => Help(lane)) { IsBackground = true, Name = $"{name} worker {lane}" })];
        foreach (Thread helper in _helpers)
        {
            helper.Start();
        }
    }

    /// <summary>Does all items, on this thread and the helpers; returns when every one is done.</summary>
    public void Run(IBatchWork work, int count, int chunk)
    {
        _work = work;
        _count = count;
        _chunk = chunk;
        _done = 0;
        long batch = ((Volatile.Read(ref _claim) >> 32) + 1) << 32;
        Interlocked.Exchange(ref _claim, batch);
        int wanted = Math.Min((count - 1) / chunk, Volatile.Read(ref _sleeping));
        if (wanted > 0)
        {
            _wake.Release(wanted);
        }

        while (TryClaim(out int from, out int to))
        {
            Do(0, from, to);
        }

        SpinWait wait = default;
        while (Volatile.Read(ref _done) < count)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        Interlocked.Exchange(ref _claim, batch | Closed);
        _work = null;
        if (Interlocked.Exchange(ref _fault, null) is Exception fault)
        {
            throw new InvalidOperationException("a worker failed", fault);
        }
    }

    public void Dispose()
    {
        _isClosed = true;
        _wake.Release(_helpers.Length);
        foreach (Thread helper in _helpers)
        {
            helper.Join();
        }

        _wake.Dispose();
    }

    private void Help(int lane)
    {
        int spins = 0;
        while (!_isClosed)
        {
            if (TryClaim(out int from, out int to))
            {
                Do(lane, from, to);
                spins = 0;
            }
            else if (++spins < SpinsBeforeSleep)
            {
                Thread.SpinWait(10);
            }
            else
            {
                Interlocked.Increment(ref _sleeping);
                _wake.Wait();
                Interlocked.Decrement(ref _sleeping);
                spins = 0;
            }
        }
    }

    /// <summary>A chunk of the batch that runs. The batch's fields are read between two looks at the claim, so they belong to it when the exchange succeeds.</summary>
    private bool TryClaim(out int from, out int to)
    {
        while (true)
        {
            long claim = Volatile.Read(ref _claim);
            from = (int)claim;
            int count = Volatile.Read(ref _count);
            if (from >= count)
            {
                to = 0;
                return false;
            }

            to = Math.Min(count, from + Volatile.Read(ref _chunk));

            if (Interlocked.CompareExchange(ref _claim, claim + (to - from), claim) == claim)
            {
                return true;
            }
        }
    }

    private void Do(int lane, int from, int to)
    {
        try
        {
            _work!.Run(lane, from, to);
        }
#pragma warning disable CA1031 // handed to the thread that waits for the batch
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _fault, fault, null);
        }

        Interlocked.Add(ref _done, to - from);
    }
}
