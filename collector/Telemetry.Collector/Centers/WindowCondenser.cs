using Google.Protobuf.Collections;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Centers;

/// <summary>
/// Reduces what several nodes saw of one window to what matters: ports, links and events as they are, of the flows of
/// all nodes together only the largest. Never changes what it was given. One thread.
/// </summary>
internal sealed class WindowCondenser(int maxFlows)
{
    private long _bytesIn;
    private long _bytesOut;
    private long _flowsIn;
    private long _flowsOut;
    private long _packetsOmitted;

    public CondenseStatistics Statistics => new(_bytesIn, _bytesOut, _flowsIn, _flowsOut, _packetsOmitted);

    /// <summary>Makes a part of every batch, in order.</summary>
    public void Condense(IReadOnlyList<Batch> group, RepeatedField<Part> parts)
    {
        (ulong least, int room) = LeastBytes(group);
        foreach (Batch batch in group)
        {
            Part part = new() { Sender = batch.Sender, Epoch = batch.Epoch, Sequence = batch.Sequence };
            foreach (Window window in batch.Windows)
            {
                part.Windows.Add(Condense(window, least, ref room));
            }

            part.Events.AddRange(batch.Events);
            parts.Add(part);
            _bytesIn += batch.CalculateSize();
            _bytesOut += part.CalculateSize();
        }
    }

    /// <summary>Bytes that a flow needs to be among the largest of the group, and how many of just that size have room; 0 when all have.</summary>
    private (ulong Least, int Room) LeastBytes(IReadOnlyList<Batch> group)
    {
        int flows = 0;
        foreach (Batch batch in group)
        {
            foreach (Window window in batch.Windows)
            {
                flows += window.Flows.Count;
            }
        }

        _flowsIn += flows;
        if (flows <= maxFlows)
        {
            return (0, 0);
        }

        ulong[] sizes = [.. group.SelectMany(batch => batch.Windows).SelectMany(window => window.Flows).Select(flow => flow.Bytes)];
        Array.Sort(sizes);
        ulong least = sizes[^maxFlows];
        return (least, maxFlows - sizes.Count(size => size > least));
    }

    private Window Condense(Window window, ulong least, ref int room)
    {
        if (least == 0 && room == 0)
        {
            _flowsOut += window.Flows.Count;
            return window;
        }

        Window condensed = new()
        {
            StartNs = window.StartNs,
            LengthNs = window.LengthNs,
            FlowPacketsOmitted = window.FlowPacketsOmitted,
            OmittedFlowBytesMax = window.OmittedFlowBytesMax,
        };
        condensed.Exemplars.AddRange(window.Exemplars);
        condensed.Ports.AddRange(window.Ports);
        condensed.Links.AddRange(window.Links);

        // Those above the least size all have room; of those that are as large as it, the first ones by name.
        foreach (FlowWindow flow in window.Flows.OrderByDescending(flow => flow.Bytes).ThenBy(FlowId.Of))
        {
            bool tie = flow.Bytes == least && room > 0;
            if (flow.Bytes > least || tie)
            {
                room -= tie ? 1 : 0;
                condensed.Flows.Add(flow);
            }
            else
            {
                condensed.FlowPacketsOmitted += flow.Packets;
                condensed.OmittedFlowBytesMax = Math.Max(condensed.OmittedFlowBytesMax, flow.Bytes + flow.BytesError);
                _packetsOmitted += (long)flow.Packets;
            }
        }

        _flowsOut += condensed.Flows.Count;
        FlowWindow[] ordered = [.. condensed.Flows.OrderBy(FlowId.Of)];
        condensed.Flows.Clear();
        condensed.Flows.AddRange(ordered);
        return condensed;
    }
}
