using P4.V1;
using Telemetry.P4Runtime.Values;
using Telemetry.SoftSwitch.Service.Pipelines;
using Telemetry.SoftSwitch.Switching;
using SwitchReplica = Telemetry.SoftSwitch.Switching.Replica;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>Multicast groups and clone sessions.</summary>
internal sealed class ReplicationAccess(Pipeline pipeline)
{
    /// <summary>The program's mcast_grp and egress_rid have 16 bits.</summary>
    private const uint MaxGroupId = ushort.MaxValue;
    private const uint MaxInstance = ushort.MaxValue;

    /// <summary>BMv2's limit, and what packets of the program can name.</summary>
    private const uint MaxSessionId = 32767;

    /// <exception cref="EntityFault">The update is wrong whatever exists.</exception>
    public static EntityChange Prepare(Update.Types.Type type, PacketReplicationEngineEntry entry)
    {
        switch (entry.TypeCase)
        {
            case PacketReplicationEngineEntry.TypeOneofCase.MulticastGroupEntry:
                MulticastGroupEntry group = entry.MulticastGroupEntry;
                string groupPlace = CheckId("multicast group", group.MulticastGroupId, MaxGroupId);
                MulticastGroup? made = type == Update.Types.Type.Delete ? null : new MulticastGroup(ReadReplicas(group.Replicas, groupPlace, true));
                return new SimpleChange(context => Put(
                    context, type, groupPlace, group.MulticastGroupId, context.Pipeline.State.MulticastGroups, made, context.Pipeline.MulticastGroups, group));
            case PacketReplicationEngineEntry.TypeOneofCase.CloneSessionEntry:
                CloneSessionEntry session = entry.CloneSessionEntry;
                string sessionPlace = CheckId("clone session", session.SessionId, MaxSessionId);
                CloneSession? cloned = type == Update.Types.Type.Delete ? null : ReadSession(session, sessionPlace);
                return new SimpleChange(context => Put(
                    context, type, sessionPlace, session.SessionId, context.Pipeline.State.CloneSessions, cloned, context.Pipeline.CloneSessions, session));
            default:
                throw EntityFault.Invalid("a packet replication engine entry is a multicast group or a clone session");
        }
    }

    /// <exception cref="EntityFault">The filter is neither kind.</exception>
    public IEnumerable<Entity> Read(PacketReplicationEngineEntry filter)
    {
        List<PacketReplicationEngineEntry> found = [];
        if (filter.TypeCase != PacketReplicationEngineEntry.TypeOneofCase.CloneSessionEntry)
        {
            uint wanted = filter.MulticastGroupEntry?.MulticastGroupId ?? 0;
            found.AddRange(pipeline.MulticastGroups.Where(g => wanted == 0 || g.Key == wanted).Select(g => new PacketReplicationEngineEntry { MulticastGroupEntry = g.Value }));
        }

        if (filter.TypeCase != PacketReplicationEngineEntry.TypeOneofCase.MulticastGroupEntry)
        {
            uint wanted = filter.CloneSessionEntry?.SessionId ?? 0;
            found.AddRange(pipeline.CloneSessions.Where(s => wanted == 0 || s.Key == wanted).Select(s => new PacketReplicationEngineEntry { CloneSessionEntry = s.Value }));
        }

        return found.Select(e => new Entity { PacketReplicationEngineEntry = e });
    }

    private static string CheckId(string kind, uint id, uint most) => id >= 1 && id <= most
        ? $"{kind} {id}"
        : throw EntityFault.Invalid($"{kind} {id}: ids are 1 to {most}");

    private static EntityFault? Put<T, TEntry>(
        ChangeContext context, Update.Types.Type type, string place, uint id, SortedDictionary<int, T> state, T? made, SortedDictionary<uint, TEntry> written, TEntry entry)
        where T : class
    {
        T? before = state.GetValueOrDefault((int)id);
        if ((before is not null) == (type == Update.Types.Type.Insert))
        {
            return before is not null ? EntityFault.Exists($"{place} exists already") : EntityFault.NotFound($"{place} does not exist");
        }

        if (context.KeepsUndo)
        {
            TEntry? writtenBefore = written.GetValueOrDefault(id);
            context.OnUndo(() => Store(before, writtenBefore));
        }

        Store(made, entry);
        return null;

        void Store(T? value, TEntry? source)
        {
            if (value is null)
            {
                state.Remove((int)id);
                written.Remove(id);
            }
            else
            {
                state[(int)id] = value;
                written[id] = source!;
            }
        }
    }

    private static CloneSession ReadSession(CloneSessionEntry session, string place) => session.ClassOfService > 7 || session.PacketLengthBytes < 0
        ? throw EntityFault.Invalid($"{place}: class of service {session.ClassOfService} is 0 to 7, packet length {session.PacketLengthBytes} at least 0")
        : new CloneSession(ReadReplicas(session.Replicas, place, false), (int)session.ClassOfService, session.PacketLengthBytes);

    private static SwitchReplica[] ReadReplicas(IEnumerable<P4.V1.Replica> replicas, string place, bool canHaveBackups)
    {
        List<SwitchReplica> read = [];
        HashSet<(int Port, int Instance)> given = [];
        foreach (P4.V1.Replica replica in replicas)
        {
            string where = $"{place}, replica {read.Count}";
            int port = replica.PortKindCase == P4.V1.Replica.PortKindOneofCase.Port ? Port(replica.Port, where) : Port(replica.EgressPort, where);
            int instance = Instance(replica.Instance, where);
            Take(port, instance);
            if (replica.BackupReplicas.Count == 0)
            {
                read.Add(new SwitchReplica(port, instance));
                continue;
            }

            if (!canHaveBackups)
            {
                throw EntityFault.Invalid($"{where}: backup replicas belong to multicast groups");
            }

            HashSet<int> ports = [port];
            List<SwitchReplica> backups = [];
            foreach (BackupReplica backup in replica.BackupReplicas)
            {
                SwitchReplica added = new(Port(backup.Port, where), Instance(backup.Instance, where));
                Take(added.Port, added.Instance);
                if (!ports.Add(added.Port))
                {
                    throw EntityFault.Invalid($"{where}: port {added.Port} is given twice among the replica and its backups");
                }

                backups.Add(added);
            }

            read.Add(new SwitchReplica(port, instance) { Backups = [.. backups] });
        }

        return [.. read];

        void Take(int port, int instance)
        {
            if (!given.Add((port, instance)))
            {
                throw EntityFault.Invalid($"{place}: port {port} with instance {instance} is given twice");
            }
        }
    }

    private static int Instance(uint instance, string where) => instance <= MaxInstance
        ? (int)instance
        : throw EntityFault.Invalid($"{where}: instance {instance}; egress_rid ends at {MaxInstance}");

    private static int Port(Google.Protobuf.ByteString port, string where) => port.IsEmpty
        ? throw EntityFault.Invalid($"{where}: the port is empty")
        : Port(CanonicalBytes.BitLength(port.Span) <= 32 ? (uint)CanonicalBytes.ToUInt64(port) : uint.MaxValue, where);

    private static int Port(uint port, string where) => port < Switch.PortCount
        ? (int)port
        : throw EntityFault.OutOfRange($"{where}: port {port} is above {Switch.PortCount - 1}");
}
