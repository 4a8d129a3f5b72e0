using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Tables;

/// <summary>
/// Members and groups of one action profile of one switch. Packets and writes run on the same thread. The caller checks
/// sizes and references before it removes.
/// </summary>
internal sealed class ActionProfile(ActionProfileDef definition)
{
    private readonly SortedDictionary<uint, ActionMember> _members = [];
    private readonly SortedDictionary<uint, ActionGroup> _groups = [];
    private readonly HashSet<int> _portsDown = [];
    private readonly HashSet<ActionGroup> _oneShots = [];
    private long _order;

    public ActionProfileDef Definition { get; } = definition;

    /// <summary>Members by id.</summary>
    public IReadOnlyCollection<ActionMember> Members => _members.Values;

    /// <summary>Groups by id; one-shot selectors are not among them.</summary>
    public IReadOnlyCollection<ActionGroup> Groups => _groups.Values;

    public ActionMember? FindMember(uint id) => _members.GetValueOrDefault(id);

    public ActionGroup? FindGroup(uint id) => _groups.GetValueOrDefault(id);

    /// <exception cref="ArgumentException">The id is taken.</exception>
    public ActionMember AddMember(uint id, ActionCall call)
    {
        ActionMember member = new(id, call, _order++);
        _members.Add(id, member);
        return member;
    }

    /// <exception cref="InvalidOperationException">An entry or a group still refers to the member.</exception>
    public void RemoveMember(ActionMember member)
    {
        if (member.References > 0)
        {
            throw new InvalidOperationException($"member {member.Id} of {Definition.Name} is in use");
        }

        _members.Remove(member.Id);
    }

    /// <exception cref="ArgumentException">The id is taken.</exception>
    public ActionGroup AddGroup(uint id, int maxSize)
    {
        ActionGroup group = new(id, maxSize);
        TellPorts(group);
        _groups.Add(id, group);
        return group;
    }

    /// <exception cref="InvalidOperationException">An entry still refers to the group.</exception>
    public void RemoveGroup(ActionGroup group)
    {
        if (group.References > 0)
        {
            throw new InvalidOperationException($"group {group.Id} of {Definition.Name} is in use");
        }

        group.SetMembers([]);
        _groups.Remove(group.Id);
    }

    /// <summary>A group that only one entry refers to, with actions of its own: weight, watched port (-1 none) and its bytes.</summary>
    public ActionGroup AddOneShot(IEnumerable<(ActionCall Call, int Weight, int WatchPort, byte[] WatchPortBytes)> actions, bool isRandom)
    {
        ActionGroup group = new(0, 0) { IsRandom = isRandom };
        TellPorts(group);
        group.SetMembers(actions.Select(a => new GroupMember(new ActionMember(0, a.Call, _order++), a.Weight, a.WatchPort, a.WatchPortBytes)));
        _oneShots.Add(group);
        return group;
    }

    /// <summary>Forgets a one-shot group whose entry is gone.</summary>
    public void RemoveOneShot(ActionGroup group) => _oneShots.Remove(group);

    /// <summary>Tells every group that a port came up or went down.</summary>
    public void SetPortUp(int port, bool up)
    {
        if (up ? !_portsDown.Remove(port) : !_portsDown.Add(port))
        {
            return;
        }

        foreach (ActionGroup group in _groups.Values.Concat(_oneShots))
        {
            group.SetPortUp(port, up);
        }
    }

    private void TellPorts(ActionGroup group)
    {
        foreach (int port in _portsDown)
        {
            group.SetPortUp(port, false);
        }
    }
}
