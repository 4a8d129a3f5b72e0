using System.Globalization;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>What one packet, or a copy of it, does on its way through the switch, told to those who read. Packets without a reader have none.</summary>
internal sealed partial class PacketTrace
{
    private readonly Tracer _tracer;
    private readonly TraceSession[] _readers;
    private readonly PacketTrace _original;
    private readonly long _id;
    private readonly string _tag;
    private int _copies;

    public PacketTrace(Tracer tracer, TraceSession[] readers, long id)
        : this(tracer, readers, id, 0, null)
    {
    }

    private PacketTrace(Tracer tracer, TraceSession[] readers, long id, int copy, PacketTrace? original)
    {
        _tracer = tracer;
        _readers = readers;
        _id = id;
        _original = original ?? this;
        _tag = TagOf(id, copy);
        HasFields = Array.Exists(readers, r => r.Level == TraceLevel.Trace);
    }

    /// <summary>True when a reader wants fields, conditions and statements too.</summary>
    public bool HasFields { get; }

    /// <summary>The trace of a copy: the packet's number, and the copy's.</summary>
    public PacketTrace Copy() => new(_tracer, _readers, _id, ++_original._copies, _original);

    /// <summary>How lines name a packet, or a copy of it.</summary>
    public static string TagOf(long id, int copy) => string.Create(CultureInfo.InvariantCulture, $"[{id}.{copy}] ");

    public static string ErrorName(ProgramModel model, int code)
    {
        foreach ((string name, int known) in model.Errors)
        {
            if (known == code)
            {
                return name;
            }
        }

        return code.ToString(CultureInfo.InvariantCulture);
    }

    public void Received(int port, int length) => Debug($"received on port {port}, {length} bytes");

    public void Cloned(string stage, int session, int port, int instance, PacketTrace copy) =>
        Debug($"{stage}: clone {copy._tag.Trim()} by session {session} to port {port}, instance {instance}");

    public void NoSession(string stage, int session) => Debug($"{stage}: no clone, there is no session {session}");

    public void Digest(SwitchState state, int id)
    {
        string name = "unknown";
        foreach (DigestDef known in state.Digests)
        {
            name = known.Id == id ? known.Name : name;
        }

        Debug($"ingress: digest {name}{(state.DigestListener is null ? ", which nobody takes" : "")}");
    }

    public void Resubmitted(int fieldList) => Debug($"ingress: resubmit with field list {fieldList}");

    public void Recirculated(int fieldList, int length) => Debug($"egress: recirculate {length} bytes with field list {fieldList}");

    public void Multicast(int group, int copies) => Debug(copies < 0 ? $"ingress: there is no multicast group {group}" : $"ingress: multicast group {group}, {copies} replicas");

    public void Replica(int port, int instance, PacketTrace copy) => Debug($"ingress: copy {copy._tag.Trim()} to port {port}, instance {instance}");

    public void Dropped(string stage) => Debug($"{stage}: dropped at its end");

    public void Queued(int port, int priority, int depth) => Debug($"queued for port {port}, priority {priority}, behind {depth} packets");

    public void TailDropped(int port, int priority, int depth) => Debug($"dropped: queue of port {port}, priority {priority} is full with {depth} packets");

    public void Dequeued(int port, int priority, long waitedNs, int depth) =>
        Debug(string.Create(CultureInfo.InvariantCulture, $"left the queue of port {port}, priority {priority} after {waitedNs / 1000} us, {depth} packets remain"));

    public void Transmitted(int port, int length) => Debug($"transmitted on port {port}, {length} bytes");

    public void PacketIn(int length) => Debug($"sent to the controller, {length} bytes");

    public void Lost(int port, bool isUp) => Debug($"lost: port {port} {(isUp ? "is not attached" : "is down")}");

    public void CloneLoop() => Write(TraceLevel.Error, "egress: clones of clones without end, this one is lost");

    private void Debug(string text) => Write(TraceLevel.Debug, text);

    /// <summary>A line of field level; callers ask <see cref="HasFields"/> before they make its text.</summary>
    private void Field(string text) => Write(TraceLevel.Trace, text);

    private void Write(TraceLevel level, string text) => _tracer.Write(_readers, level, _tag, text);
}
