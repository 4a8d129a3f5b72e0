using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using P4.V1;
using Stratum;
using Telemetry.P4Runtime.Values;

namespace Telemetry.SoftSwitch.Service.Sessions;

/// <summary>
/// What a role may do. P4Runtime leaves the scheme open; this switch knows Stratum's P4RoleConfig, as the controllers that use roles do.
/// A role without a config, the default role too, may do everything.
/// </summary>
internal sealed class RoleScope
{
    private readonly FrozenSet<uint>? _ids;
    private readonly FrozenSet<uint> _exclusive;
    private readonly bool _receivesPackets;
    private readonly uint _filterId;
    private readonly ByteString? _filterValue;

    private RoleScope(P4RoleConfig? config)
    {
        _ids = config is null ? null : FrozenSet.ToFrozenSet([.. config.ExclusiveP4Ids, .. config.SharedP4Ids]);
        _exclusive = FrozenSet.ToFrozenSet(config?.ExclusiveP4Ids ?? []);
        _receivesPackets = config?.ReceivesPacketIns ?? true;
        CanPushPipeline = config?.CanPushPipeline ?? true;
        _filterId = config?.PacketInFilter?.MetadataId ?? 0;
        _filterValue = config?.PacketInFilter is { } filter ? CanonicalBytes.Canonicalize(filter.Value) : null;
    }

    public static RoleScope Full { get; } = new(null);

    public bool CanPushPipeline { get; }

    public bool IsFull => _ids is null;

    /// <summary>True when the role may name the object with this P4Info id; 0 is no object.</summary>
    public bool Allows(uint id) => _ids is null || id == 0 || _ids.Contains(id);

    public bool Takes(PacketIn packet)
    {
        if (!_receivesPackets || _filterValue is null)
        {
            return _receivesPackets;
        }

        foreach (PacketMetadata metadata in packet.Metadata)
        {
            if (metadata.MetadataId == _filterId && metadata.Value == _filterValue)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a role's config; <paramref name="others"/> are the scopes of the other roles, whose exclusive objects it must leave alone.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the config is of another scheme, contradicts itself, or overlaps with another role's.</exception>
    public static RoleScope Read(string role, Any? config, IEnumerable<(string Role, RoleScope Scope)> others)
    {
        if (config is null)
        {
            return Full;
        }

        if (!config.Is(P4RoleConfig.Descriptor))
        {
            throw Invalid($"the role config is a {config.TypeUrl}; this switch knows {P4RoleConfig.Descriptor.FullName}");
        }

        if (role.Length == 0)
        {
            throw Invalid("the default role has full access and takes no config; give the role a name");
        }

        P4RoleConfig read;
        try
        {
            read = config.Unpack<P4RoleConfig>();
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw Invalid($"the role config cannot be read: {fault.Message}");
        }

        if (read.PacketInFilter is { } filter && (!read.ReceivesPacketIns || filter.Value.IsEmpty))
        {
            throw Invalid(read.ReceivesPacketIns ? "the role config's packet_in_filter has no value" : "the role config filters packet-ins but does not receive any");
        }

        RoleScope scope = new(read);
        foreach ((string other, RoleScope existing) in others)
        {
            uint shared = scope._ids!.FirstOrDefault(id => existing._exclusive.Contains(id) || (scope._exclusive.Contains(id) && existing._ids?.Contains(id) == true));
            if (other != role && shared != 0)
            {
                throw Invalid($"the role config names object {shared}, which overlaps with role '{other}': an exclusive object belongs to one role");
            }
        }

        return scope;
    }

    private static RpcException Invalid(string message) => new(new Grpc.Core.Status(StatusCode.InvalidArgument, message));
}
