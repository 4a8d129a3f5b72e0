using System.Globalization;
using Telemetry.Collector.Contracts;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Health;

internal sealed partial class Assessment
{
    private Row Port(PortEntry port)
    {
        PortFigures? figures = PortFigures.Of(port);
        (HealthState state, string reason, double score) = PortState(port, figures);
        return Judge(RowKind.Port, port.Name, state) with
        {
            Peer = port.Peer,
            Reason = reason,
            Score = score,
            IsConsequence = state == HealthState.Down && score == 0,
            LatencyP50Ns = figures?.HopLatencyNs.Quantile(0.5),
            LatencyP99Ns = figures?.HopLatencyNs.Quantile(0.99),
            LatencyMaxNs = figures?.HopLatencyNs.Max,
            QueueP50 = figures?.QueueDepth.Quantile(0.5),
            QueueMax = figures?.QueueDepth.Max,
            QueueCapacity = port.QueueCapacity,
            TxBps = figures?.TxBps,
            RxBps = figures?.RxBps,
            RateBps = port.RateBps,
            PacketsPerSecond = figures?.PacketsPerSecond,
            Drops = port.Recent.Any(s => s.Drops is not null) ? port.Drops : null,
            Errors = port.Recent.Any(s => s.Errors is not null) ? port.Errors : null,
            AgeNs = Age(port.LastNs),
        };
    }

    private (HealthState State, string Reason, double Score) PortState(PortEntry port, PortFigures? figures)
    {
        HealthState state;
        string reason;
        if (_state.Links.Values.FirstOrDefault(l => IsEnd(l, port)) is { State: LinkState.Down } down)
        {
            (state, reason) = (HealthState.Down, $"link {down.Name} is down{Because(down.Reason)}");
        }
        else if (_state.Devices.TryGetValue(port.Device, out DeviceEntry? device) && device.State is DeviceState.Down or DeviceState.Silent)
        {
            (state, reason) = (HealthState.Unknown, $"{port.Device} is {(device.State == DeviceState.Down ? "down" : "silent")}");
        }
        else if (figures is null)
        {
            (state, reason) = (HealthState.Unknown, "no data yet");
        }
        else if (!IsFresh(port.LastNs))
        {
            (state, reason) = (HealthState.Unknown, $"no data for {Format.Duration(_state.NowNs - port.LastNs)}");
        }
        else if (figures.Drops > 0)
        {
            (state, reason) = (HealthState.Warn, $"{Format.Count(figures.Drops)} drops in the last second");
        }
        else if (figures.Errors > 0)
        {
            (state, reason) = (HealthState.Warn, $"{Format.Count(figures.Errors)} errors in the last second");
        }
        else if (port.QueueCapacity > 0 && figures.QueueDepth.Max >= FullQueue * port.QueueCapacity)
        {
            (state, reason) = (HealthState.Warn, $"queue reached {figures.QueueDepth.Max} of {port.QueueCapacity}");
        }
        else
        {
            (state, reason) = (figures.Carries ? HealthState.Ok : HealthState.Idle, "");
        }

        return WithAlert(port.Name, state, reason);
    }

    private static bool IsEnd(LinkEntry link, PortEntry port) =>
        (link.A == port.Device && link.APort == port.Port) || (link.B == port.Device && link.BPort == port.Port);

    private static string Because(string reason) => reason.Length > 0 ? $": {reason}" : "";

    /// <summary>An alert decides unless what is known otherwise is worse; the alert's text comes first in any case.</summary>
    private (HealthState State, string Reason, double Score) WithAlert(string entity, HealthState state, string reason)
    {
        if (!_alerts.TryGetValue(entity, out AlertEntry? alert))
        {
            return (state, reason, 0);
        }

        HealthState alerted = StateOf(alert);
        return (alerted > state ? alerted : state, Explain(alert), alert.Score);
    }

    private Row Link(string key, LinkEntry link)
    {
        (HealthState state, string reason) = link.State switch
        {
            LinkState.Down => (HealthState.Down, link.Reason.Length > 0 ? link.Reason : "reported down"),
            LinkState.Up => (HealthState.Ok, ""),
            _ when IsFresh(link.LastNs) => (HealthState.Ok, ""),
            _ => (HealthState.Unknown, "no data yet"),
        };
        (state, reason, double score) = WithAlert(link.Name, state, reason);
        return Judge(RowKind.Link, key, state) with
        {
            Peer = string.Create(CultureInfo.InvariantCulture, $"{link.A}:{link.APort} {_glyphs.Arrow} {link.B}:{link.BPort}"),
            Reason = reason,
            Score = score,
            LatencyP50Ns = link.LatencyP50Ns,
            LatencyP99Ns = link.LatencyP99Ns,
            RateBps = link.RateBps,
            AgeNs = Age(link.LastNs),
        };
    }

    private Row Device(DeviceEntry device)
    {
        (HealthState state, string reason) = device.State switch
        {
            DeviceState.Up => (HealthState.Ok, ""),
            DeviceState.Silent => (HealthState.Silent, $"last heard {Heard(device)}"),
            DeviceState.Down => (HealthState.Down, "known to be off"),
            _ when device.IsHost && IsFresh(device.LastSentNs) => (HealthState.Ok, ""),
            _ => (HealthState.Unknown, "never heard of"),
        };
        (state, reason, double score) = WithAlert(device.Name, state, reason);
        long last = Math.Max(device.LastSeenNs, device.LastSentNs);
        return Judge(RowKind.Device, device.Name, state) with
        {
            Peer = KindName(device.Kind),
            Reason = reason,
            Score = score,
            CpuPercent = device.CpuPercent,
            MemoryBytes = device.MemoryBytes,
            AgeNs = Age(last),
        };
    }

    private string Heard(DeviceEntry device) =>
        device.LastSeenNs == 0 ? "at an unknown time" : $"{Format.Duration(_state.NowNs - device.LastSeenNs)} ago";

    public static string KindName(DeviceKind kind) => kind switch
    {
        DeviceKind.Switch => "switch",
        DeviceKind.Host => "host",
        DeviceKind.Router => "router",
        DeviceKind.Firewall => "firewall",
        DeviceKind.Node => "collector node",
        DeviceKind.Center => "cluster center",
        DeviceKind.DataCenter => "data center",
        DeviceKind.Controller => "controller",
        _ => "device",
    };

    /// <summary>Active alerts about flows, and about things that the inventory does not have.</summary>
    private IEnumerable<Row> Others()
    {
        HashSet<string> known = [.. _state.Ports.Keys, .. _state.Devices.Keys, .. _state.Links.Values.Select(l => l.Name)];
        foreach (AlertEntry alert in _alerts.Values.Where(a => !known.Contains(a.Entity)).OrderBy(a => a.Id))
        {
            FlowEntry? flow = _state.FlowsById.Values.Where(f => f.Name == alert.Entity).MaxBy(f => f.LastNs);
            yield return Judge(RowKind.Flow, alert.Entity, StateOf(alert)) with
            {
                Reason = Explain(alert),
                Score = alert.Score,
                LatencyP50Ns = flow?.LatencyP50Ns,
                LatencyP99Ns = flow?.LatencyP99Ns,
                Drops = flow?.Lost,
                Peer = flow is null ? "" : string.Join(_glyphs.Arrow, flow.Path),
            };
        }
    }
}
