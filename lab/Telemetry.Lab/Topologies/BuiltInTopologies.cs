using System.Globalization;
using System.Text.RegularExpressions;
using Telemetry.Controller.Topologies;
using Telemetry.Lab.Randomness;

namespace Telemetry.Lab.Topologies;

/// <summary>The topologies that need no file.</summary>
public static partial class BuiltInTopologies
{
    /// <summary>Largest number of switches or hosts in one built-in: addresses carry the switch in one byte.</summary>
    public const int MaxSwitches = 200;

    /// <summary>The names to show in help; N and M stand for numbers.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["linear", "linear-N", "leafspine-2x4", "leafspine-MxN", "star-N", "ring-N", "tree", "fattree-K", "random", "campus"];

    /// <summary>Makes the built-in called <paramref name="name"/>, or returns false when there is none of that name or size.</summary>
    public static bool TryCreate(string name, out Topology? topology)
    {
        topology = null;
        Match match = NamePattern().Match(name);
        if (!match.Success)
        {
            return false;
        }

        int first = Number(match.Groups["n"]);
        int second = Number(match.Groups["m"]);
        topology = match.Groups["kind"].Value switch
        {
            "linear" when second < 0 && first is -1 or >= 1 and <= MaxSwitches => Linear(name, first < 0 ? 3 : first),
            "leafspine" when first >= 1 && second >= 2 && first + second <= MaxSwitches => LeafSpine(name, first, second),
            "star" when second < 0 && first is >= 2 and < MaxSwitches => Star(name, first),
            "ring" when second < 0 && first is >= 3 and <= MaxSwitches => Ring(name, first),
            "tree" when first < 0 && second < 0 => Tree(name),
            "fattree" when second < 0 && first is 4 or 6 or 8 => FatTree(name, first),
            "random" when first < 0 && second < 0 => RandomGraph(name),
            "campus" when first < 0 && second < 0 => CampusTopology.Create(name),
            _ => null,
        };
        return topology is not null;
    }

    /// <summary>Switches in a row, two hosts on each.</summary>
    private static Topology Linear(string name, int switches)
    {
        TopologyBuilder builder = new();
        string[] row = AddSwitches(builder, switches, layer: 1, hostsEach: 2);
        for (int i = 1; i < row.Length; i++)
        {
            builder.Connect(row[i - 1], row[i]);
        }

        return builder.Build(name);
    }

    /// <summary>Leaves first (s1 ...), each with two hosts and one uplink to every spine.</summary>
    private static Topology LeafSpine(string name, int spines, int leaves)
    {
        TopologyBuilder builder = new();
        string[] leafNames = AddSwitches(builder, leaves, layer: 1, hostsEach: 2);
        string[] spineNames = AddSwitches(builder, spines, layer: 2, hostsEach: 0);
        foreach (string leaf in leafNames)
        {
            foreach (string spine in spineNames)
            {
                builder.Connect(leaf, spine);
            }
        }

        return builder.Build(name);
    }

    /// <summary>A hub (the last switch) and edges with one host each.</summary>
    private static Topology Star(string name, int edges)
    {
        TopologyBuilder builder = new();
        string[] edgeNames = AddSwitches(builder, edges, layer: 1, hostsEach: 1);
        string hub = builder.AddSwitch(layer: 2);
        foreach (string edge in edgeNames)
        {
            builder.Connect(edge, hub);
        }

        return builder.Build(name);
    }

    /// <summary>A circle of switches, two hosts on each.</summary>
    private static Topology Ring(string name, int switches)
    {
        TopologyBuilder builder = new();
        string[] circle = AddSwitches(builder, switches, layer: 1, hostsEach: 2);
        for (int i = 0; i < circle.Length; i++)
        {
            builder.Connect(circle[i], circle[(i + 1) % circle.Length]);
        }

        return builder.Build(name);
    }

    /// <summary>Four leaves with two hosts each, two switches above them, one root.</summary>
    private static Topology Tree(string name)
    {
        TopologyBuilder builder = new();
        string[] leaves = AddSwitches(builder, 4, layer: 1, hostsEach: 2);
        string[] middle = AddSwitches(builder, 2, layer: 2, hostsEach: 0);
        string root = builder.AddSwitch(layer: 3);
        for (int i = 0; i < leaves.Length; i++)
        {
            builder.Connect(leaves[i], middle[i / 2]);
        }

        foreach (string m in middle)
        {
            builder.Connect(m, root);
        }

        return builder.Build(name);
    }

    /// <summary>K pods of K/2 edge and K/2 aggregation switches, K*K/4 cores; K/2 hosts on every edge switch.</summary>
    private static Topology FatTree(string name, int k)
    {
        TopologyBuilder builder = new();
        int half = k / 2;
        string[][] edges = [.. Enumerable.Range(0, k).Select(_ => AddSwitches(builder, half, layer: 1, hostsEach: half))];
        string[][] aggregations = [.. Enumerable.Range(0, k).Select(_ => AddSwitches(builder, half, layer: 2, hostsEach: 0))];
        string[] cores = AddSwitches(builder, half * half, layer: 3, hostsEach: 0);
        for (int pod = 0; pod < k; pod++)
        {
            for (int i = 0; i < half; i++)
            {
                for (int j = 0; j < half; j++)
                {
                    builder.Connect(edges[pod][j], aggregations[pod][i]);
                    builder.Connect(aggregations[pod][i], cores[(i * half) + j]);
                }
            }
        }

        return builder.Build(name);
    }

    /// <summary>Eight switches with one host each: a random spanning tree and four more links, always the same ones.</summary>
    private static Topology RandomGraph(string name)
    {
        TopologyBuilder builder = new();
        LabRandom random = new(LabRandom.Derive(1, "random topology"));
        string[] switches = AddSwitches(builder, 8, layer: 1, hostsEach: 1);
        HashSet<(int, int)> joined = [];
        for (int i = 1; i < switches.Length; i++)
        {
            Join(random.NextBetween(0, i), i);
        }

        while (joined.Count < switches.Length + 3)
        {
            int a = random.NextBetween(0, switches.Length);
            int b = random.NextBetween(0, switches.Length);
            if (a < b && !joined.Contains((a, b)))
            {
                Join(a, b);
            }
        }

        return builder.Build(name);

        void Join(int a, int b)
        {
            joined.Add((a, b));
            builder.Connect(switches[a], switches[b]);
        }
    }

    private static string[] AddSwitches(TopologyBuilder builder, int count, int layer, int hostsEach)
    {
        string[] names = new string[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = builder.AddSwitch(layer);
            for (int host = 0; host < hostsEach; host++)
            {
                builder.AddHost(names[i]);
            }
        }

        return names;
    }

    private static int Number(Group group) =>
        group.Success ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex("^(?<kind>[a-z]+)(-(?<n>[0-9]{1,3})(x(?<m>[0-9]{1,3}))?)?$")]
    private static partial Regex NamePattern();
}
