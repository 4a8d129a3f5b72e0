using System.Globalization;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Tests.Stf;
using Telemetry.SoftSwitch.Tests.Support;
using Xunit.Abstractions;

namespace Telemetry.SoftSwitch.Tests.Differential;

/// <summary>
/// The same program, entries and frames through the embedded switch and BMv2's simple_switch: what leaves each port is the
/// same but for the fields of INT that tell time. TELEMETRY_DIFFERENTIAL_PACKETS says how many frames a program gets; 300
/// unless set.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int SpacingUs = 60;
    private static readonly int Packets =
        int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_DIFFERENTIAL_PACKETS"), CultureInfo.InvariantCulture, out int packets) ? packets : 300;

    public static TheoryData<string> Programs() => [.. SamplePrograms.Names];

    [Bmv2Theory, MemberData(nameof(Programs))]
    public void Send_RandomAndNearMissFrames_LeaveAsFromBmv2(string name)
    {
        (string json, string stf) = SamplePrograms.FilesOf(name);
        List<StfStatement> statements = StfParser.Parse(File.ReadAllText(stf));
        List<StfStatement> setup = [.. statements.Where(s => s.Command is not ("packet" or "expect"))];
        (int, byte[])[] known = [.. statements.Where(s => s.Command == "packet").Select(s => (int.Parse(s.Numbers[0], CultureInfo.InvariantCulture), Convert.FromHexString(s.Data)))];
        int[] ports = [1, 2, 3, 4];
        NearMisses source = new(known, ports, name.Length + 7);
        List<(int, byte[])> packets = [.. known];
        while (packets.Count < Packets)
        {
            packets.Add(source.Next());
        }

        SwitchProgram program = SwitchProgram.Load(File.ReadAllBytes(json));
        IReadOnlyDictionary<int, IReadOnlyList<string>> ours = StfRunner.Outputs(program, setup, ports, packets, SpacingUs * 1000);
        IReadOnlyDictionary<int, IReadOnlyList<string>> theirs = Bmv2.Outputs(json, StfCommands.Lines(program, setup).Prepend("set_queue_depth 1000000"), ports, packets, SpacingUs);
        int frames = 0;
        foreach (int port in ports)
        {
            frames += ours[port].Count;
            string? difference = Difference(Timeless(ours[port]), Timeless(theirs[port]));
            Assert.True(difference is null, $"port {port}: {difference}");
        }

        output.WriteLine($"{name}: {packets.Count} frames in, {frames} out, no difference");
    }

    /// <summary>The frames without what tells time, and behind them the numbers of the reports among them, in order.</summary>
    private static List<string> Timeless(IReadOnlyList<string> frames)
    {
        List<string> masked = [];
        List<int> numbers = [];
        foreach (string frame in frames)
        {
            masked.Add(TimeMask.Apply(frame, out int number));
            if (number >= 0)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        masked.AddRange(numbers.Select(n => $"report {n}"));
        return masked;
    }

    /// <summary>
    /// The first difference between two sequences of frames; null when they hold the same. Frames that go through a switch
    /// twice may overtake others in BMv2, whose threads are scheduled: then order does not count.
    /// </summary>
    private static string? Difference(List<string> ours, List<string> theirs)
    {
        if (ours.SequenceEqual(theirs))
        {
            return null;
        }

        Dictionary<string, int> left = [];
        foreach (string frame in ours)
        {
            left[frame] = left.GetValueOrDefault(frame) + 1;
        }

        foreach (string frame in theirs)
        {
            left[frame] = left.GetValueOrDefault(frame) - 1;
        }

        string[] more = [.. left.Where(f => f.Value > 0).Select(f => f.Key)];
        string[] less = [.. left.Where(f => f.Value < 0).Select(f => f.Key)];
        return more.Length + less.Length == 0 ? null
            : $"{ours.Count} frames against {theirs.Count}; {more.Length} only here ({string.Join(", ", more.Take(3))}), {less.Length} only from BMv2 ({string.Join(", ", less.Take(3))})";
    }
}
