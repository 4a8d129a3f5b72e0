using Telemetry.Collector.Centers;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Tests.Centers;

public class WindowCondenserTests
{
    private static Batch FromNode(string node, params (uint Source, ulong Bytes)[] flows)
    {
        Window window = new() { Ports = { new PortWindow { Switch = node, Port = 1 } }, Exemplars = { new Exemplar { Entity = node } }, OmittedFlowBytesMax = 7 };
        window.Flows.AddRange(flows.Select(flow => new FlowWindow { Key = new FlowKey { SrcAddress = flow.Source }, Packets = 1, Bytes = flow.Bytes }));
        return new Batch { Sender = node, Epoch = 1, Sequence = 1, Windows = { window } };
    }

    [Fact]
    public void Condense_MoreFlowsThanRoom_KeepsTheLargestOfAllNodesTogether()
    {
        WindowCondenser condenser = new(3);
        Batch batch = new();
        condenser.Condense([FromNode("node-1", (1, 10), (2, 10), (3, 5)), FromNode("node-2", (4, 20), (5, 30), (6, 1))], batch.Parts);
        Assert.Equal([[1u], [4u, 5u]], batch.Parts.Select(part => part.Windows[0].Flows.Select(flow => flow.Key.SrcAddress).ToArray()));
        Assert.Equal([2ul, 1ul], batch.Parts.Select(part => part.Windows[0].FlowPacketsOmitted));
        Assert.All(batch.Parts, part => Assert.Single(part.Windows[0].Ports));
        Assert.Equal([10ul, 7ul], batch.Parts.Select(part => part.Windows[0].OmittedFlowBytesMax));
        Assert.Equal(["node-1", "node-2"], batch.Parts.Select(part => Assert.Single(part.Windows[0].Exemplars).Entity));
        CondenseStatistics told = condenser.Statistics;
        Assert.Equal((6, 3, 3), (told.FlowsIn, told.FlowsOut, told.PacketsOmitted));
        Assert.True(told.BytesOut < told.BytesIn);
    }

    [Fact]
    public void Condense_AllHaveRoom_PassesWindowsOnAsTheyAre()
    {
        WindowCondenser condenser = new(3);
        Batch node = FromNode("node-1", (1, 0), (2, 0), (3, 0));
        Batch batch = new();
        condenser.Condense([node], batch.Parts);
        Assert.Same(node.Windows[0], batch.Parts[0].Windows[0]);
        Assert.Equal(0, condenser.Statistics.PacketsOmitted);
    }
}
