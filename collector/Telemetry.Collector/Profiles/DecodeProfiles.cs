using System.Buffers.Binary;
using Telemetry.Collector.Nodes;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Profiles;

/// <summary>The profiles of a collector: the first that is for an exporter holds. One thread.</summary>
public sealed class DecodeProfiles
{
    private const int MostRemembered = 65_536;
    private const int V05NodeOffset = 12;

    private readonly DecodeProfile[] _profiles;
    private readonly DecodeProfile _otherwise;
    private readonly Dictionary<(uint Node, UInt128 Source), DecodeProfile> _found = [];
    private (uint Node, UInt128 Source) _last;
    private DecodeProfile? _lastFound;

    /// <summary>Profiles in the order in which they are tried.</summary>
    /// <param name="profiles">The profiles.</param>
    /// <param name="otherwise">Holds where none is for an exporter.</param>
    public DecodeProfiles(IEnumerable<DecodeProfile> profiles, DecodeProfile? otherwise = null)
    {
        _profiles = [.. profiles];
        _otherwise = otherwise ?? new DecodeProfile { Name = "default" };
    }

    /// <summary>The profiles in order.</summary>
    public IReadOnlyList<DecodeProfile> All => _profiles;

    /// <summary>The profile for a datagram: by the node id in its header, read without decoding, and by its sender.</summary>
    public DecodeProfile For(ReadOnlySpan<byte> datagram, UInt128 source)
    {
        int at = datagram.Length > 0 && datagram[0] >> 4 == 0 ? V05NodeOffset : 4;
        return For(datagram.Length >= at + 4 ? BinaryPrimitives.ReadUInt32BigEndian(datagram[at..]) : 0, source);
    }

    /// <summary>The profile for a node's reports from an address.</summary>
    public DecodeProfile For(uint nodeId, UInt128 source)
    {
        if (_profiles.Length == 0)
        {
            return _otherwise;
        }

        if (_lastFound is not null && _last == (nodeId, source))
        {
            return _lastFound;
        }

        if (!_found.TryGetValue((nodeId, source), out DecodeProfile? found))
        {
            if (_found.Count >= MostRemembered)
            {
                _found.Clear();
            }

            found = Array.Find(_profiles, profile => profile.IsFor(nodeId, source)) ?? _otherwise;
            _found.Add((nodeId, source), found);
        }

        (_last, _lastFound) = ((nodeId, source), found);
        return found;
    }

    /// <summary>Units and clock of a node in somebody's stack, whoever reports it.</summary>
    public ClockProfile ClockOf(uint nodeId) =>
        (Array.Find(_profiles, profile => (profile.Nodes.Count > 0 || profile.Sources.Count == 0) && profile.IsFor(nodeId, UInt128.MaxValue)) ?? _otherwise).Clock;

    /// <summary>Marks and names of a node's reports, whoever sends them on.</summary>
    public ReportProfile ReportsOf(uint nodeId) =>
        (Array.Find(_profiles, profile => (profile.Nodes.Count > 0 || profile.Sources.Count == 0) && profile.IsFor(nodeId, UInt128.MaxValue)) ?? _otherwise).Reports;

    /// <summary>The same, where this holds for exporters that no profile is for.</summary>
    public DecodeProfiles Otherwise(ReportProfile reports) => new(_profiles, _otherwise with { Reports = reports });

    /// <summary>The same with everything read strictly.</summary>
    public DecodeProfiles AsStrict()
    {
        static DecodeProfile Strict(DecodeProfile profile) => profile with { Reports = profile.Reports with { Strict = true } };
        return new DecodeProfiles(_profiles.Select(Strict), Strict(_otherwise));
    }
}
