using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Profiles;

/// <summary>Names of deviations as profile files have them.</summary>
public static class DeviationNames
{
    private static readonly (string Name, ReportDeviations Deviation)[] s_names =
    [
        ("version-1-layout-2", ReportDeviations.VersionOneLayoutTwo),
        ("length-zero", ReportDeviations.LengthZero),
        ("ethernet-unannounced", ReportDeviations.EthernetUnannounced),
        ("main-contents-unannounced", ReportDeviations.MainContentsUnannounced),
        ("shim-counted", ReportDeviations.ShimCounted),
        ("wide-timestamps", ReportDeviations.WideTimestamps),
        ("narrow-level-2-ports", ReportDeviations.NarrowLevel2Ports),
        ("no-sequence", ReportDeviations.NoSequence),
        ("hops-by-remaining", ReportDeviations.HopsByRemaining),
        ("metadata-length-zero", ReportDeviations.MetadataLengthZero),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => s_names.Select(entry => entry.Name);

    /// <summary>The deviation of a name; false for another word.</summary>
    public static bool TryGet(string name, out ReportDeviations deviation)
    {
        (string Name, ReportDeviations Deviation) found = Array.Find(s_names, entry => entry.Name == name);
        deviation = found.Deviation;
        return found.Name is not null;
    }

    /// <summary>Names with commas, in the file's order.</summary>
    public static string Text(ReportDeviations deviations) =>
        string.Join(", ", s_names.Where(entry => (deviations & entry.Deviation) != 0).Select(entry => entry.Name));
}
