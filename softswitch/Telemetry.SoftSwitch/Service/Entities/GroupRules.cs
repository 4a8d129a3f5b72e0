using Google.Protobuf;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>Weights, watched ports and sizes of a group, checked one after another.</summary>
internal sealed class GroupRules(BoundProfile profile, string place)
{
    /// <summary>Shares of one group; each is a word of the selector's table.</summary>
    private const long MaxShares = 1 << 16;
    private long _weights;
    private int _members;

    /// <exception cref="EntityFault">INVALID_ARGUMENT: a weight that the profile does not allow.</exception>
    public int Weight(int weight)
    {
        int max = profile.Info.Source.SumOfMembers?.MaxMemberWeight ?? 0;
        if (profile.Info.Source.WeightsDisallowed)
        {
            _members++;
            _weights++;
            return weight == 0 ? 1 : throw EntityFault.Invalid($"{place}: the profile takes no weights; given: {weight}");
        }

        if (weight <= 0 || (profile.CountsMembers && max > 0 && weight > max))
        {
            throw EntityFault.Invalid($"{place}: a weight of {weight}; weights are at least 1{(profile.CountsMembers && max > 0 ? $" and at most {max}" : "")}");
        }

        _members++;
        _weights += weight;
        return weight;
    }

    /// <summary>The watched port; -1 for none.</summary>
    /// <exception cref="EntityFault">INVALID_ARGUMENT: no port of the switch.</exception>
    public int Port(ByteString port) => port.IsEmpty ? -1
        : CanonicalBytes.BitLength(port.Span) <= 9 ? (int)CanonicalBytes.ToUInt64(port)
        : throw EntityFault.Invalid($"{place}: watch port {CanonicalBytes.Show(port.Span)}; ports are 0 to {Switch.PortCount - 1}");

    /// <summary>The port of the older field, where 0 is none.</summary>
    /// <exception cref="EntityFault">INVALID_ARGUMENT: no port of the switch.</exception>
    public int Port(int port) => port == 0 ? -1
        : port is > 0 and < Switch.PortCount ? port
        : throw EntityFault.Invalid($"{place}: watch port {port}; ports are 0 to {Switch.PortCount - 1}");

    /// <exception cref="EntityFault">The group is larger than the limit, 0 being none, or than the switch can hold.</exception>
    public void CheckSize(long limit, bool countsMembers, Func<string, EntityFault> fault)
    {
        long size = countsMembers ? _members : _weights;
        if (limit > 0 && size > limit)
        {
            throw fault($"{place}: {size} {(countsMembers ? "members" : "shares (the sum of weights)")}; {limit} are allowed");
        }

        if (_weights > MaxShares)
        {
            throw EntityFault.Full($"{place}: {_weights} shares (the sum of weights); the switch holds {MaxShares} in a group");
        }
    }
}
