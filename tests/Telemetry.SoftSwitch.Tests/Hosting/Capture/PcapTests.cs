using Telemetry.SoftSwitch.Hosting.Capture;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Hosting.Capture;

public sealed class PcapTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pcap");

    public void Dispose() => _folder.Delete(true);

    [Fact]
    public void Recorder_PerInterfaceAndDirection_HoldsFramesAndTimes()
    {
        using EventLoop loop = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));
        using (PcapRecorder recorder = new(loop, _folder.FullName, new Dictionary<int, string> { [1] = "s1-eth1", [2] = "s1-eth2" }, _ => { }))
        {
            Switch target = new(loop, new SwitchOptions { Name = "s1", Observer = recorder });
            RecordingPort wire = new(loop);
            target.AttachPort(1, new RecordingPort(loop), new());
            target.AttachPort(2, wire, new());
            target.LoadProgram(SoftSwitch.Programs.SwitchProgram.Load(new ProgramJson().Header("h", "a:16").State("start", Extract("h")).Run("ingress", "f", null, Assign("h", "a", Hex(7)), ToPort(2)).Bytes));
            loop.RunUntil(2_500_000);
            target.Receive(1, [0, 1, 2]);
            loop.RunUntil(500_000_000);
            Assert.Equal([((1_000_000L * 1_000_000_000) + 2_500_000, "000102")], Frames("s1-eth1_in")); // written without closing the file
        }

        Assert.Equal([((1_000_000L * 1_000_000_000) + 2_500_000, "000702")], Frames("s1-eth2_out"));
        Assert.Empty(Frames("s1-eth1_out"));
        Assert.Empty(Frames("s1-eth2_in"));
    }

    [Theory]
    [InlineData("", "0 bytes")]
    [InlineData("00000000000000000000000000000000000000000000000000", "starts with 0x00000000")]
    [InlineData("D4C3B2A10200040000000000000000000000040069000000", "link type 105")]
    [InlineData("D4C3B2A102000400000000000000000000000400010000000000000000000000FFFFFFFFFFFFFFFF00", "frame 1 at byte 24 is cut off")]
    public void Read_BadFile_SaysWhere(string hex, string expected)
    {
        string path = Path.Combine(_folder.FullName, "bad.pcap");
        File.WriteAllBytes(path, Convert.FromHexString(hex));
        Assert.Contains(expected, Assert.Throws<IOException>(() => PcapFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BigEndianNanoseconds_AreUnderstood()
    {
        string path = Path.Combine(_folder.FullName, "big.pcap");
        File.WriteAllBytes(path, Convert.FromHexString("A1B23C4D00020004000000000000000000040000000000010000000100000005000000020000000AABCD"));
        Assert.Equal([(1_000_000_005L, "ABCD")], PcapFile.Read(path).Select(f => (f.AtNs, Convert.ToHexString(f.Frame))));
    }

    private IEnumerable<(long AtNs, string Hex)> Frames(string name) =>
        PcapFile.Read(Path.Combine(_folder.FullName, $"{name}.pcap")).Select(f => (f.AtNs, Convert.ToHexString(f.Frame)));
}
