using System.Globalization;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Tests.Differential;
using Telemetry.SoftSwitch.Tests.Stf;
using Telemetry.SoftSwitch.Tests.Support;

namespace Telemetry.SoftSwitch.Tests.Interpretation;

/// <summary>Compiled code against the plain interpreter: random and near-miss frames through every feature program and every bundled one.</summary>
public sealed class OracleTests
{
    private const int Packets = 1500;

    public static TheoryData<string> Programs() => [.. SamplePrograms.Names];

    [Theory, MemberData(nameof(Programs))]
    public void Send_RandomAndNearMissFrames_LeaveAsInterpreted(string name)
    {
        (string file, string stf) = SamplePrograms.FilesOf(name);
        byte[] json = File.ReadAllBytes(file);
        List<StfStatement> statements = StfParser.Parse(File.ReadAllText(stf));
        (int, byte[])[] known = [.. statements.Where(s => s.Command == "packet").Select(s => (int.Parse(s.Numbers[0], CultureInfo.InvariantCulture), Convert.FromHexString(s.Data)))];
        int[] ports = [1, 2, 3, 4, 510];
        NearMisses source = new(known, ports, name.Length);
        (int, byte[])[] packets = [.. known, .. Enumerable.Range(0, Packets).Select(_ => source.Next())];
        StfStatement[] setup = [.. statements.Where(s => s.Command is not ("packet" or "expect"))];
        IReadOnlyDictionary<int, IReadOnlyList<string>> compiled = StfRunner.Outputs(SwitchProgram.Load(json), setup, ports, packets, 50_000);
        IReadOnlyDictionary<int, IReadOnlyList<string>> interpreted = StfRunner.Outputs(SwitchProgram.Interpret(json), setup, ports, packets, 50_000);
        foreach (int port in ports)
        {
            Assert.Equal(interpreted[port], compiled[port]);
        }
    }
}
