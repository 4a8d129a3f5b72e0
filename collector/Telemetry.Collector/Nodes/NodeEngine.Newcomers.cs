using System.Globalization;
using Telemetry.Collector.Contracts;

namespace Telemetry.Collector.Nodes;

/// <summary>
/// Limits how fast switches and exporters appear that the inventory does not name. An exporter that puts a new node id on
/// each datagram would else become as many devices, here and all the way up to the data center.
/// </summary>
public sealed partial class NodeEngine
{
    /// <summary>A fabric without an inventory comes at once, when its first reports do.</summary>
    private const int NewcomersAtOnce = 1024;
    private const int NewcomersPerSecond = 50;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long WindowsBetweenTelling = 100;

    private long _newcomersLeft = NewcomersAtOnce;
    private long _newcomersCountedTo;
    private long _newcomersToldIn = -WindowsBetweenTelling;
    private long _newcomersRefused;
    private UInt128 _newcomersFrom;

    /// <summary>Whether a switch or exporter may be taken up; those of the inventory always may.</summary>
    /// <param name="nodeId">INT node id.</param>
    /// <param name="from">Sender of an exporter's first datagram; 0 for a switch in somebody's stack, which is told with the last sender.</param>
    private bool MayAppear(uint nodeId, UInt128 from)
    {
        if (_namesById.ContainsKey(nodeId))
        {
            return true;
        }

        _newcomersFrom = from == 0 ? _newcomersFrom : from;

        // In whole windows, so that the same reports give the same result whatever the clock.
        long newcomersPerWindow = Math.Max(1, NewcomersPerSecond * _options.WindowNs / NanosecondsPerSecond);
        _newcomersLeft = Math.Min(NewcomersAtOnce, _newcomersLeft + ((_windowNumber - _newcomersCountedTo) * newcomersPerWindow));
        _newcomersCountedTo = _windowNumber;
        if (_newcomersLeft > 0)
        {
            _newcomersLeft--;
            return true;
        }

        _entitiesOmitted++;
        _newcomersRefused++;
        if (_windowNumber - _newcomersToldIn >= WindowsBetweenTelling)
        {
            _newcomersToldIn = _windowNumber;
            AddEvent(
                EventKind.InventoryFault,
                _options.Name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"more than {NewcomersPerSecond} node ids a second that nobody knows, such as {nodeId}{(_newcomersFrom == 0 ? "" : $" from {DatagramOrigin.TextOf(_newcomersFrom)}")}: not taken up, {_newcomersRefused} so far; those of the inventory always are"));
        }

        return false;
    }
}
