namespace Telemetry.Controller.Topologies;

/// <summary>Ways over management links.</summary>
public static class ManagementPaths
{
    /// <summary>Whether links lead from one device to another.</summary>
    /// <param name="links">Those that may be used.</param>
    /// <param name="from">A device's name.</param>
    /// <param name="to">Another device's name.</param>
    public static bool Connect(IEnumerable<ManagementLink> links, string from, string to)
    {
        ManagementLink[] usable = [.. links];
        HashSet<string> seen = new(StringComparer.Ordinal) { from };
        Queue<string> next = new([from]);
        while (next.TryDequeue(out string? at))
        {
            if (at == to)
            {
                return true;
            }

            foreach (ManagementLink link in usable.Where(l => l.A == at || l.B == at))
            {
                string far = link.A == at ? link.B : link.A;
                if (seen.Add(far))
                {
                    next.Enqueue(far);
                }
            }
        }

        return false;
    }
}
