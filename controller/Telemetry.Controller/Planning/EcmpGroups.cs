namespace Telemetry.Controller.Planning;

/// <summary>
/// Ids of one switch's ECMP groups: a set of ports keeps its id for the switch's life, so that a changed route gets
/// another group instead of a group under traffic being rewritten.
/// </summary>
public sealed class EcmpGroups
{
    private readonly Dictionary<string, int> _ids = [];

    /// <summary>Id of the group with exactly these ports and backups; the same for the same ports, from 1.</summary>
    /// <param name="ports">Ascending ports.</param>
    /// <param name="backups">Ports, ascending, for when none of them is of use.</param>
    public int IdOf(IReadOnlyList<int> ports, IReadOnlyList<int> backups)
    {
        string key = $"{string.Join(',', ports)} {string.Join(',', backups)}";
        if (!_ids.TryGetValue(key, out int id))
        {
            id = _ids.Count + 1;
            _ids.Add(key, id);
        }

        return id;
    }
}
