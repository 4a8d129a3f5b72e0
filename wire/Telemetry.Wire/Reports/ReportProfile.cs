using System.Collections.ObjectModel;
using System.Globalization;
using Telemetry.Wire.Headers;

namespace Telemetry.Wire.Reports;

/// <summary>How an INT domain marks its packets and how its exporters deviate from the formats: what a decoder cannot learn from the bytes.</summary>
public sealed record ReportProfile
{
    /// <summary>The shipped P4 program's domain.</summary>
    public static ReportProfile Default { get; } = new();

    /// <summary>The only version that is read; default <see cref="ReportVersion.None"/>: whichever the version field says.</summary>
    public ReportVersion Version { get; init; }

    /// <summary>DSCP that says INT follows the L4 header; default 0x17, -1 for none.</summary>
    public int IntDscp { get; init; } = 0x17;

    /// <summary>Bits of the DSCP that are compared; default all 6, one bit where the domain reserves a bit.</summary>
    public int IntDscpMask { get; init; } = 0x3F;

    /// <summary>UDP destination port that says so; default 0, none.</summary>
    public ushort IntUdpPort { get; init; }

    /// <summary>64 bits between the L4 header and the shim that say so; default none.</summary>
    public ulong? ProbeMarker { get; init; }

    /// <summary>INT sits behind the TCP options; by default it follows the 20 fixed bytes.</summary>
    public bool IntAfterTcpOptions { get; init; }

    /// <summary>GRE protocol type that says so; none was ever assigned, default 0x88B5 (local experiment).</summary>
    public ushort IntGreProtocol { get; init; } = EtherType.LocalExperiment;

    /// <summary>VXLAN-GPE next protocol that says so; default 0x82 (v2.x; v1.0 had 8, v0.5 had 5).</summary>
    public byte IntVxlanProtocol { get; init; } = 0x82;

    /// <summary>Geneve option class of INT; default 0x0103.</summary>
    public ushort IntGeneveClass { get; init; } = GeneveHeader.IntClass;

    /// <summary>Known deviations; default none.</summary>
    public ReportDeviations Deviations { get; init; }

    /// <summary>Hops that a source allows, for <see cref="ReportDeviations.HopsByRemaining"/>; default 10.</summary>
    public int MaximumHops { get; init; } = 10;

    /// <summary>Reserved bits and lengths that the formats fix are checked too; off by default, where they are ignored as the formats ask of receivers.</summary>
    public bool Strict { get; init; }

    /// <summary>What the program means by its drop reasons, by number; none by default.</summary>
    public IReadOnlyDictionary<int, string> DropReasons { get; init; } = ReadOnlyDictionary<int, string>.Empty;

    /// <summary>A drop reason as people read it: <c>29 (no route)</c>, or the number alone.</summary>
    public string Tell(byte dropReason) =>
        DropReasons.TryGetValue(dropReason, out string? name)
            ? string.Create(CultureInfo.InvariantCulture, $"{dropReason} ({name})")
            : dropReason.ToString(CultureInfo.InvariantCulture);

    internal bool Deviates(ReportDeviations deviation) => (Deviations & deviation) != 0;

    internal bool Marks(int dscp) => IntDscp >= 0 && (dscp & IntDscpMask) == IntDscp;
}
