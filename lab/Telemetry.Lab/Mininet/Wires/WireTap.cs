using Telemetry.SoftSwitch.Ports;

namespace Telemetry.Lab.Mininet.Wires;

/// <summary>Feeds a tracker from a tap, on a thread of its own, until it is ended.</summary>
internal sealed class WireTap : IDisposable
{
    /// <summary>Ring's 65,536 heads between two looks are 13 million a second; the truth is nobody's in a hurry.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly TapRing _ring = new();
    private readonly WireTracker _tracker;
    private readonly Dictionary<string, int> _portOfName = new(StringComparer.Ordinal);
    private volatile Dictionary<int, int> _portOf = [];
    private readonly long _epochUnixNs;
    private readonly Thread _thread;
    private volatile bool _isEnding;
    private Exception? _fault;
    private bool _isOpen = true;

    /// <summary>Opens a tap; frames gather until <see cref="Start"/>.</summary>
    /// <param name="tracker">Belongs to the tap's thread from <see cref="Start"/> to <see cref="Complete"/>.</param>
    /// <param name="epochUnixNs">Where the run's clock is zero.</param>
    public WireTap(WireTracker tracker, long epochUnixNs)
    {
        _tracker = tracker;
        _epochUnixNs = epochUnixNs;
        _thread = new Thread(Run) { IsBackground = true, Name = "wire tap" };
    }

    /// <summary>Frames that the tap had no room for.</summary>
    public long Drops { get; private set; }

    /// <summary>When the newest packet of a flow was seen, run's clock.</summary>
    public long NewestNs => _tracker.NewestNs;

    /// <summary>Watches a switch's interface.</summary>
    /// <exception cref="IOException">There is none of that name.</exception>
    public void Add(string interfaceName, int port)
    {
        _portOfName.Add(interfaceName, port);
        _portOf = new(_portOf) { [IndexOf(interfaceName)] = port };
    }

    /// <summary>Frames that are delayed leave a switch's interface by way of another one: what leaves there counts as leaving here. Once more is no harm.</summary>
    /// <exception cref="IOException">There is none of that name.</exception>
    public void AddWay(string wayName, string interfaceName)
    {
        if (_portOfName.TryGetValue(interfaceName, out int port)) // else a host's or a router's
        {
            _portOf = new(_portOf) { [IndexOf(wayName)] = port };
        }
    }

    /// <summary>Begins.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends, once everything that was captured so far is taken.</summary>
    public void Complete()
    {
        if (!_isEnding)
        {
            _isEnding = true;
            if (_thread.IsAlive)
            {
                _thread.Join();
            }

            Drops += _ring.TakeDrops();
            if (_fault is { } fault)
            {
                throw new InvalidOperationException("the wire tap ended early", fault);
            }

            _tracker.Complete();
        }
    }

    public void Dispose()
    {
        Complete();
        if (_isOpen)
        {
            _isOpen = false;
            _ring.Dispose();
        }
    }

    private static int IndexOf(string interfaceName) => Native.if_nametoindex(interfaceName) is > 0 and uint index
        ? (int)index
        : throw new IOException($"interface {interfaceName}: no such interface");

    private void Run()
    {
        try
        {
            Priority.RaiseThread();
            Follow();
        }
#pragma warning disable CA1031 // the top of the thread: whoever completes the tap gets the fault
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _fault = fault;
        }
    }

    private void Follow()
    {
        while (true)
        {
            bool last = _isEnding;
            while (_ring.TryPeek(out TappedFrame frame))
            {
                if (_portOf.TryGetValue(frame.Interface, out int port))
                {
                    _tracker.OnFrame(port, frame.Head, frame.Length, frame.IsOutgoing, frame.UnixNs - _epochUnixNs);
                }

                _ring.Release();
            }

            if (last)
            {
                return;
            }

            Thread.Sleep(s_look);
        }
    }
}
