namespace Telemetry.Controller.Planning;

/// <summary>
/// Ids of one switch's ECMP groups: a set of ports keeps its id for the switch's life, so that a changed route gets
/// another group instead of a group under traffic being rewritten. The id follows from the ports: a controller that takes
/// over from another one finds its groups as it would have made them.
/// </summary>
public sealed class EcmpGroups
{
    private const int MostGroups = ushort.MaxValue;
    private readonly Dictionary<string, int> _ids = [];
    private readonly HashSet<int> _taken = [];

    /// <summary>Id of the group with exactly these ports, backups and shares; the same for the same ones, 1 to 65535.</summary>
    /// <param name="ports">Ascending ports.</param>
    /// <param name="backups">Ports, ascending, for when none of them is of use.</param>
    /// <param name="shares">Of the load, one for each port; none where all are alike.</param>
    /// <exception cref="InvalidOperationException">All ids are taken.</exception>
    public int IdOf(IReadOnlyList<int> ports, IReadOnlyList<int> backups, IReadOnlyList<int>? shares = null)
    {
        string key = $"{string.Join(',', ports)} {string.Join(',', backups)}{(shares is { Count: > 0 } ? $" {string.Join(',', shares)}" : "")}";
        if (!_ids.TryGetValue(key, out int id))
        {
            if (_taken.Count == MostGroups)
            {
                throw new InvalidOperationException($"a switch has no more than {MostGroups} ECMP groups");
            }

            id = Hash(key);
            while (!_taken.Add(id))
            {
                id = (id % MostGroups) + 1; // somebody else's: rare, and only then the order of asking counts
            }

            _ids.Add(key, id);
        }

        return id;
    }

    /// <summary>FNV-1a, folded to 1 to 65535.</summary>
    private static int Hash(string text)
    {
        uint hash = 2166136261;
        foreach (char character in text)
        {
            hash = (hash ^ character) * 16777619;
        }

        return (int)(hash % MostGroups) + 1;
    }
}
