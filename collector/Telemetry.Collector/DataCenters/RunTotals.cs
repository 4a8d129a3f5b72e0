using Telemetry.Collector.Contracts;
using Telemetry.Collector.Entities;

namespace Telemetry.Collector.DataCenters;

/// <summary>Everything measured over a span, by port, link and flow, with merged distributions. One thread.</summary>
internal sealed class RunTotals(int maxFlows, int distinctValues)
{
    private readonly SortedDictionary<PortId, PortTotals> _ports = [];
    private readonly SortedDictionary<LinkId, LinkTotals> _links = [];
    private readonly SortedDictionary<FlowId, FlowTotals> _flows = [];

    /// <summary>Start of the oldest window; 0 before the first.</summary>
    public long StartNs { get; private set; }

    /// <summary>End of the newest window.</summary>
    public long EndNs { get; private set; }

    /// <summary>Packets of flows that found no place here or in the tiers below.</summary>
    public ulong FlowPacketsOmitted { get; private set; }

    /// <summary>Distributions that were no multiset and were left out.</summary>
    public long MalformedDistributions { get; private set; }

    public void Add(Window window)
    {
        StartNs = EndNs == 0 ? window.StartNs : Math.Min(StartNs, window.StartNs);
        EndNs = Math.Max(EndNs, window.StartNs + window.LengthNs);
        FlowPacketsOmitted += window.FlowPacketsOmitted;
        foreach (PortWindow port in window.Ports)
        {
            PortId id = PortId.Of(port);
            if (!_ports.TryGetValue(id, out PortTotals? totals))
            {
                _ports.Add(id, totals = new PortTotals(id, distinctValues));
            }

            MalformedDistributions += totals.Add(port);
        }

        foreach (LinkWindow link in window.Links)
        {
            LinkId id = LinkId.Of(link);
            if (!_links.TryGetValue(id, out LinkTotals? totals))
            {
                _links.Add(id, totals = new LinkTotals(id, distinctValues));
            }

            MalformedDistributions += totals.Add(link);
        }

        foreach (FlowWindow flow in window.Flows)
        {
            FlowId id = FlowId.Of(flow);
            if (!_flows.TryGetValue(id, out FlowTotals? totals))
            {
                if (_flows.Count >= maxFlows)
                {
                    FlowPacketsOmitted += flow.Packets;
                    continue;
                }

                _flows.Add(id, totals = new FlowTotals(id, distinctValues));
            }

            MalformedDistributions += totals.Add(flow);
        }
    }

    /// <summary>Writes ports, links and flows, each ascending by entity, and the span.</summary>
    public void WriteTo(Totals message)
    {
        message.StartNs = StartNs;
        message.EndNs = EndNs;
        foreach (PortTotals port in _ports.Values)
        {
            message.Ports.Add(port.ToMessage());
        }

        foreach (LinkTotals link in _links.Values)
        {
            message.Links.Add(link.ToMessage());
        }

        foreach (FlowTotals flow in _flows.Values)
        {
            message.Flows.Add(flow.ToMessage());
        }
    }
}
