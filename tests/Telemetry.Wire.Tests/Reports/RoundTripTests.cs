using System.Globalization;
using Telemetry.Wire.Reports;

namespace Telemetry.Wire.Tests.Reports;

/// <summary>Any report that can be written is read back; no bytes make the decoder fail. TELEMETRY_ROUND_TRIPS and TELEMETRY_MUTATIONS set how many are tried.</summary>
public sealed class RoundTripTests
{
    private static readonly int s_roundTrips = Setting("TELEMETRY_ROUND_TRIPS", 20_000);
    private static readonly int s_mutations = Setting("TELEMETRY_MUTATIONS", 200_000);

    [Fact]
    public void Decode_RandomReportOfAnyFormat_SameValues()
    {
        var report = new DecodedReport();
        for (var seed = 0; seed < s_roundTrips; seed++)
        {
            var random = new RandomReport(new Random(seed));
            var decoder = new ReportDecoder(random.Bytes, report, random.Profile);
            Assert.True(decoder.MoveNext(), $"seed {seed}: {decoder.Error}");
            if (random.Difference(report) is { } difference)
            {
                Assert.Fail($"seed {seed}, report {random.Format}, INT {random.Packet.Version} {random.Packet.Type} over {random.Packet.Carrier}, {random.Profile.Deviations}: {difference} "
                    + $"({ReportFault.Explain(report.Error, report.ErrorNeeded, report.ErrorLeft)} at {report.ErrorOffset})");
            }
            Assert.False(decoder.MoveNext());
            Assert.Equal(ReportError.None, decoder.Error);
        }
    }

    [Fact]
    public void Decode_EveryTruncation_AtMostOneErrorKind()
    {
        var report = new DecodedReport();
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new RandomReport(new Random(seed));
            for (var length = 0; length < random.Bytes.Length; length++)
                Walk(random.Bytes.AsSpan(0, length), report, random.Profile, $"seed {seed}, {length} bytes");
        }
    }

    [Fact]
    public void Decode_MutatedDatagrams_NeverThrows()
    {
        var report = new DecodedReport();
        var random = new Random(1);
        RandomReport source = new(new Random(0));
        var bytes = source.Bytes.ToArray();
        for (var i = 0; i < s_mutations; i++)
        {
            if (i % 64 == 0)
            {
                source = new RandomReport(new Random(i));
                bytes = source.Bytes.ToArray();
            }
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                bytes[random.Next(Math.Min(bytes.Length, random.Next(8, 200)))] = (byte)random.Next(256);
            Walk(bytes, report, i % 2 == 0 ? source.Profile : source.Profile with { Strict = true }, $"mutation {i}");
        }
    }

    [Fact]
    public void Decode_EveryFormat_NoAllocation()
    {
        var report = new DecodedReport();
        var reports = Enumerable.Range(0, 400).Select(seed => new RandomReport(new Random(seed))).ToArray();
        foreach (var warm in reports)
            Walk(warm.Bytes, report, warm.Profile, "");
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var random in reports)
            Walk(random.Bytes, report, random.Profile, "");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Walk(ReadOnlySpan<byte> bytes, DecodedReport report, ReportProfile profile, string place)
    {
        var decoder = new ReportDecoder(bytes, report, profile);
        var reports = 0;
        while (decoder.MoveNext())
        {
            if (++reports > bytes.Length || report.ErrorOffset > bytes.Length || report.HopCount > DecodedReport.MaxHops)
                Assert.Fail($"{place}: {reports} reports, error at {report.ErrorOffset}, {report.HopCount} hops");
        }
        if (reports == 0 && decoder.Error == ReportError.None)
            Assert.Fail($"{place}: neither a report nor an error");
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;
}
