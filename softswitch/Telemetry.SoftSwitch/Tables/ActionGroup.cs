namespace Telemetry.SoftSwitch.Tables;

/// <summary>Members among which a selector chooses by a hash, or at random. Members whose watched port is down take no part.</summary>
internal sealed class ActionGroup(uint id, int maxSize)
{
    /// <summary>2^64 by the golden ratio, odd: steps by it visit every number.</summary>
    private const ulong Step = 0x9E3779B97F4A7C15;
    private readonly HashSet<int> _portsDown = [];
    private GroupMember[] _members = [];
    private volatile ActionMember[] _choices = [];
    private ulong _draws;

    public uint Id { get; } = id;

    /// <summary>Sum of weights that the controller announced; 0 leaves it to the profile.</summary>
    public int MaxSize { get; set; } = maxSize;

    /// <summary>True when each packet's member is drawn, whatever its hash.</summary>
    public bool IsRandom { get; init; }

    /// <summary>Entries in tables that refer to the group.</summary>
    public int References { get; set; }

    /// <summary>Members as the controller listed them.</summary>
    public IReadOnlyList<GroupMember> Members => _members;

    public int Weight => _members.Sum(m => m.Weight);

    /// <summary>How many shares take part now.</summary>
    public int LiveShares => _choices.Length;

    /// <summary>Replaces all members, references counted.</summary>
    public void SetMembers(IEnumerable<GroupMember> members)
    {
        GroupMember[] next = [.. members];
        foreach (GroupMember member in next)
        {
            member.Member.References++;
        }

        foreach (GroupMember member in _members)
        {
            member.Member.References--;
        }

        _members = next;
        Spread();
    }

    /// <summary>Lets the members that watch a port take part or not; returns true when one does watch it.</summary>
    public bool SetPortUp(int port, bool up)
    {
        if (up ? _portsDown.Remove(port) : _portsDown.Add(port))
        {
            Spread();
        }

        return _members.Any(m => m.WatchPort == port);
    }

    /// <summary>The action that the hash selects; nothing when no member takes part.</summary>
    public ActionCall Choose(ulong hash)
    {
        ActionMember[] choices = _choices;
        if (IsRandom)
        {
            hash = Draw();
        }

        return choices.Length == 0 ? ActionCall.None : choices[hash % (ulong)choices.Length].Call;
    }

    /// <summary>The next of a sequence that every run repeats, so that virtual time stays reproducible. Any thread.</summary>
    private ulong Draw()
    {
        ulong drawn = Interlocked.Add(ref _draws, Step);
        drawn = (drawn ^ (drawn >> 30)) * 0xBF58476D1CE4E5B9;
        drawn = (drawn ^ (drawn >> 27)) * 0x94D049BB133111EB;
        return drawn ^ (drawn >> 31);
    }

    private void Spread() => _choices =
    [
        .. _members.Where(m => !_portsDown.Contains(m.WatchPort)).OrderBy(m => m.Member.Order).SelectMany(m => Enumerable.Repeat(m.Member, m.Weight)),
    ];
}
