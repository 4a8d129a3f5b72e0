namespace Telemetry.Inference.Network;

/// <summary>Windows that speak for something, in a row, as one event with a start and an end.</summary>
internal sealed class EventTrack(int openAfter, int closeAfter)
{
    private const long RefreshNs = 1_000_000_000;
    private int _hits;
    private int _quiet;
    private long _firstNs;
    private long _toldNs;

    /// <summary>What an observation changed.</summary>
    public enum Turn
    {
        None,
        Opened,
        Lasts,
        Closed,
    }

    public bool IsOpen { get; private set; }

    /// <summary>Whether the last window spoke for it, open or not.</summary>
    public bool IsHit => _hits > 0 && _quiet == 0;

    public long StartNs { get; private set; }

    public long LastNs { get; private set; }

    public long DetectedNs { get; private set; }

    /// <summary>Takes a window.</summary>
    public Turn Observe(bool hit, long startNs, long endNs)
    {
        if (hit)
        {
            _firstNs = _hits++ == 0 ? startNs : _firstNs;
            (_quiet, LastNs) = (0, endNs);
        }
        else
        {
            _quiet++;
            _hits = IsOpen ? _hits : 0;
        }

        if (!IsOpen && _hits >= openAfter)
        {
            (IsOpen, StartNs, DetectedNs, _toldNs) = (true, _firstNs, endNs, endNs);
            return Turn.Opened;
        }

        if (IsOpen && _quiet >= closeAfter)
        {
            (IsOpen, _hits) = (false, 0);
            return Turn.Closed;
        }

        if (!IsOpen || endNs - _toldNs < RefreshNs)
        {
            return Turn.None;
        }

        _toldNs = endNs;
        return Turn.Lasts;
    }

    /// <summary>Ends it without a window: false when it was not open.</summary>
    public bool Close()
    {
        bool was = IsOpen;
        (IsOpen, _hits, _quiet) = (false, 0, 0);
        return was;
    }
}
