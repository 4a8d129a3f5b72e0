using Telemetry.Inference.Training;

namespace Telemetry.Inference.Tests.Synthetic;

/// <summary>Labelled runs of simulated queues, the same for the same arguments.</summary>
internal static class SyntheticRuns
{
    public static List<LabelledSample> Create(IEnumerable<string> topologies, int seeds, int ports, int seconds)
    {
        List<LabelledSample> rows = [];
        foreach (string topology in topologies)
        {
            for (int seed = 1; seed <= seeds; seed++)
            {
                var run = new RunKey(topology, seed);
                var random = new Random(seed * 7919 + topology.Length * 31 + topology[0]);
                for (int port = 1; port <= ports; port++)
                {
                    var queue = new QueueSimulation($"s1-p{port}", random);
                    rows.AddRange(queue.Run(run, seconds * 1_000_000_000L, port % 4 == 0 ? Traffic.Steady : Traffic.Bursty));
                }
            }
        }

        return rows;
    }
}
