using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Profiles;

/// <summary>
/// For exporters whose datagrams do not decode: finds known deviations under which they do. One datagram proves little, so a suggestion is made once several agree.
/// </summary>
public sealed class ProfileAdvisor
{
    /// <summary>Datagrams that have to agree.</summary>
    public const int Agreement = 3;

    private const int MostTried = 32;
    private const int MostExporters = 1024;

    private static readonly ReportDeviations[] s_single =
    [
        ReportDeviations.ShimCounted, ReportDeviations.LengthZero, ReportDeviations.EthernetUnannounced, ReportDeviations.VersionOneLayoutTwo,
        ReportDeviations.MainContentsUnannounced, ReportDeviations.MetadataLengthZero, ReportDeviations.WideTimestamps, ReportDeviations.NarrowLevel2Ports,
        ReportDeviations.HopsByRemaining,
    ];

    private static readonly ReportDeviations[] s_candidates = Candidates();

    private readonly DecodedReport _report = new();
    private readonly Dictionary<(uint Node, UInt128 Source), Trial> _trials = [];

    /// <summary>Takes a datagram that did not decode under a profile.</summary>
    /// <returns>Once for an exporter: the deviations under which its datagrams decode. Else null.</returns>
    public ReportDeviations? Failed(ReadOnlySpan<byte> datagram, ReportProfile profile, uint nodeId, UInt128 source)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (!_trials.TryGetValue((nodeId, source), out Trial? trial))
        {
            if (_trials.Count >= MostExporters)
            {
                return null;
            }

            _trials.Add((nodeId, source), trial = new Trial());
        }

        if (trial.Told || trial.Tried >= MostTried)
        {
            return null;
        }

        trial.Tried++;
        if (Suggest(datagram, profile, _report) is not { } deviations)
        {
            return null;
        }

        trial.Votes[deviations] = trial.Votes.GetValueOrDefault(deviations) + 1;
        trial.Told = trial.Votes[deviations] >= Agreement;
        return trial.Told ? deviations : null;
    }

    /// <summary>The fewest deviations, besides the profile's own, under which the datagram decodes whole and shows hops or what its node measured; null for none.</summary>
    public static ReportDeviations? Suggest(ReadOnlySpan<byte> datagram, ReportProfile profile, DecodedReport scratch)
    {
        ArgumentNullException.ThrowIfNull(profile);
        foreach (ReportDeviations candidate in s_candidates)
        {
            ReportDeviations all = profile.Deviations | candidate;
            if (all != profile.Deviations && Decodes(datagram, profile with { Deviations = all, Strict = false }, scratch))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool Decodes(ReadOnlySpan<byte> datagram, ReportProfile profile, DecodedReport report)
    {
        ReportDecoder decoder = new(datagram, report, profile);
        bool shows = false;
        while (decoder.MoveNext())
        {
            // Zeros or all ones everywhere come of reading at the wrong place; so do values that no network has.
            bool plausible = !report.HasInt || report.HopCount == 0 || (report.SourceDataLength == 0 && report.Hops[0].NodeId is > 0 and < 1 << 30);
            if (report.Error != ReportError.None || !plausible)
            {
                return false;
            }

            shows |= report.HasFlow && (report.HopCount > 0 || report.HasOwn);
        }

        return shows && decoder.Error == ReportError.None;
    }

    // Single ones first, then pairs.
    private static ReportDeviations[] Candidates()
    {
        List<ReportDeviations> all = [.. s_single];
        for (int i = 0; i < s_single.Length; i++)
        {
            for (int j = i + 1; j < s_single.Length; j++)
            {
                all.Add(s_single[i] | s_single[j]);
            }
        }

        return [.. all];
    }

    private sealed class Trial
    {
        public int Tried { get; set; }

        public bool Told { get; set; }

        public Dictionary<ReportDeviations, int> Votes { get; } = [];
    }
}
