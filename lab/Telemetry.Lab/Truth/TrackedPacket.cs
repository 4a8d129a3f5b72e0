namespace Telemetry.Lab.Truth;

/// <summary>A packet on its way through the switches, and what each of them did with it.</summary>
internal sealed class TrackedPacket
{
    private (PortTruth Port, long LatencyNs, int Depth)[] _hops = new (PortTruth, long, int)[4];

    public int Hops { get; private set; }

    public long LastSeenNs { get; private set; }

    /// <summary>Its last switch sent it to a host.</summary>
    public bool Delivered { get; set; }

    /// <summary>A switch reported its telemetry.</summary>
    public bool Reported { get; set; }

    public void Restart()
    {
        Hops = 0;
        Delivered = false;
        Reported = false;
    }

    public void AddHop(PortTruth port, long latencyNs, int depth, long nowNs)
    {
        if (Hops == _hops.Length)
        {
            Array.Resize(ref _hops, Hops * 2);
        }

        _hops[Hops++] = (port, latencyNs, depth);
        LastSeenNs = nowNs;
    }

    /// <summary>Adds every hop to its port's measured packets.</summary>
    public void CommitHops()
    {
        for (int i = 0; i < Hops; i++)
        {
            _hops[i].Port.AddMeasured(_hops[i].LatencyNs, _hops[i].Depth);
        }
    }

    public bool PathEquals(IReadOnlyList<string> path)
    {
        if (path.Count != Hops)
        {
            return false;
        }

        for (int i = 0; i < Hops; i++)
        {
            if (!string.Equals(path[i], _hops[i].Port.Switch, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    public string[] Path()
    {
        string[] path = new string[Hops];
        for (int i = 0; i < Hops; i++)
        {
            path[i] = _hops[i].Port.Switch;
        }

        return path;
    }
}
