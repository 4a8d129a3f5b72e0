using Telemetry.Collector.Contracts;
using Telemetry.Collector.DataCenters;
using Telemetry.Collector.Distributions;

namespace Telemetry.Collector.Tests.DataCenters;

public class WindowMergerTests
{
    private static Distribution Of(params long[] values)
    {
        ValueHistogram histogram = new();
        Array.ForEach(values, value => histogram.Add(value));
        return histogram.ToDistribution();
    }

    [Fact]
    public void Merge_WhatTwoNodesSawOfOnePortAndFlow_NothingIsLeftOut()
    {
        Window One(long value, ulong packets, ulong drops, ulong jitterNs) => new()
        {
            StartNs = 100,
            LengthNs = 10,
            OmittedFlowBytesMax = packets,
            Exemplars = { new Exemplar { Value = packets } },
            Ports = { new PortWindow { Switch = "s1", Port = 1, Packets = packets, QueueDepth = Of(value), BufferOccupancy = Of(value), TxUtilisation = Of(value), ReportedDrops = drops } },
            Flows = { new FlowWindow { Key = new FlowKey { SrcAddress = 1 }, Packets = packets, JitterNs = jitterNs, LatencyNs = Of(value), PacketsError = packets, BytesError = drops } },
        };

        Window merged = Assert.Single(new WindowMerger().Merge([One(5, 10, 2, 100), One(7, 30, 3, 300)]));
        PortWindow port = Assert.Single(merged.Ports);
        Assert.Equal((40ul, 5ul), (port.Packets, port.ReportedDrops));
        Assert.Equal(Of(5, 7), port.QueueDepth);
        Assert.Equal((Of(5, 7), Of(5, 7)), (port.BufferOccupancy, port.TxUtilisation));
        FlowWindow flow = Assert.Single(merged.Flows);
        Assert.Equal((40ul, 250ul), (flow.Packets, flow.JitterNs));
        Assert.Equal((40ul, 5ul, 40ul), (flow.PacketsError, flow.BytesError, merged.OmittedFlowBytesMax));
        Assert.Equal([10ul, 30ul], merged.Exemplars.Select(exemplar => exemplar.Value));
    }

    [Fact]
    public void Merge_OnlyOneKnows_WhatItSaysStays()
    {
        Window[] windows =
        [
            new Window { StartNs = 1, Flows = { new FlowWindow { Key = new FlowKey { SrcAddress = 1 }, Packets = 3, JitterNs = 9 } } },
            new Window { StartNs = 1, Flows = { new FlowWindow { Key = new FlowKey { SrcAddress = 1 }, Packets = 5 } } },
        ];
        FlowWindow flow = Assert.Single(Assert.Single(new WindowMerger().Merge([.. windows])).Flows);
        Assert.Equal((8ul, 9ul), (flow.Packets, flow.JitterNs));
    }
}
