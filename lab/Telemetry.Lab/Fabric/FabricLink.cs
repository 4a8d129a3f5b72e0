using Telemetry.Controller.Topologies;
using Telemetry.Lab.Scenarios;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.Lab.Fabric;

/// <summary>Both directions of one link and the switch ports at its ends.</summary>
internal sealed class FabricLink
{
    private readonly LinkDirection _aToB;
    private readonly LinkDirection _bToA;
    private readonly (Switch Switch, int Port)[] _ends;

    public FabricLink(Link link, LinkDirection aToB, LinkDirection bToA, params (Switch Switch, int Port)[] ends)
    {
        Link = link;
        _aToB = aToB;
        _bToA = bToA;
        _ends = ends;
    }

    /// <summary>As the topology has it.</summary>
    public Link Link { get; }

    /// <summary>Entity name: the ends in ordinal order, e.g. <c>s1-s2</c>.</summary>
    public string Entity => EntityOf(Link.A.Device, Link.B.Device);

    /// <summary>Frames lost on the way, both directions.</summary>
    public long FramesLost => _aToB.FramesLost + _bToA.FramesLost;

    /// <summary>Name of the link between two devices.</summary>
    public static string EntityOf(string a, string b) =>
        string.CompareOrdinal(a, b) <= 0 ? $"{a}-{b}" : $"{b}-{a}";

    /// <summary>Loses a fraction of the frames of both directions on top of the link's own loss; 0 ends it.</summary>
    public void SetLoss(double fraction, TrafficMatch? match = null)
    {
        _aToB.SetLoss(fraction, match);
        _bToA.SetLoss(fraction, match);
    }

    /// <summary>Makes both directions slower, or as the topology has them with zeros.</summary>
    public void SetSlow(SlowAction action)
    {
        _aToB.SetSlow(action.DelayNs, action.JitterNs, action.RateBitsPerSecond, action.Match);
        _bToA.SetSlow(action.DelayNs, action.JitterNs, action.RateBitsPerSecond, action.Match);
        long rate = action.RateBitsPerSecond > 0 ? action.RateBitsPerSecond : Link.RateBitsPerSecond;
        foreach ((Switch owner, int port) in _ends)
        {
            owner.SetPortOptions(port, owner.GetPortOptions(port) with { RateBitsPerSecond = rate });
        }
    }

    /// <summary>Cuts or mends the cable: both directions and the carrier of the switch ports.</summary>
    public void SetUp(bool up)
    {
        _aToB.Up = up;
        _bToA.Up = up;
        foreach ((Switch owner, int port) in _ends)
        {
            owner.SetPortUp(port, up);
        }
    }
}
