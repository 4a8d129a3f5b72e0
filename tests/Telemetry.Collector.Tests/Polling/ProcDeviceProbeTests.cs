using System.Net;
using System.Net.Sockets;
using Telemetry.Collector.Hosting;
using Telemetry.Collector.Polling;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Polling;

public sealed class ProcDeviceProbeTests : IDisposable
{
    private readonly string _proc = Directory.CreateTempSubdirectory("telemetry-proc").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_proc, recursive: true);

    private void WriteStat(int pid, long userTicks, long systemTicks, long pages, char state = 'S')
    {
        Directory.CreateDirectory(Path.Combine(_proc, "self"));
        Directory.CreateDirectory(Path.Combine(_proc, $"{pid}"));
        File.WriteAllText(
            Path.Combine(_proc, $"{pid}", "stat"),
            $"{pid} (a (strange) name) {state} 1 1 1 0 -1 0 0 0 0 0 {userTicks} {systemTicks} 0 0 20 0 1 0 100 999 {pages} 1 1\n");
    }

    [Fact]
    public void Read_TwoReadings_GivePercentOfOneCoreAndMemory()
    {
        ProcDeviceProbe probe = new(_time, _proc);
        probe.AddProcess("s1", 42);
        WriteStat(42, 100, 50, 10);
        DeviceUsage first = probe.Read("s1");
        Assert.Equal((null, 10ul * (ulong)Environment.SystemPageSize, true), (first.CpuPercent, first.MemoryBytes, first.Exists));
        _time.AdvanceMs(2000);
        WriteStat(42, 200, 100, 12);
        Assert.Equal(75, probe.Read("s1").CpuPercent!.Value, 6);
    }

    [Fact]
    public void Read_ProcessGoneOrZombie_IsAbsentAndKnownToBeGone()
    {
        ProcDeviceProbe probe = new(_time, _proc);
        probe.AddProcess("s1", 42);
        WriteStat(42, 1, 1, 1);
        Assert.True(probe.Read("s1").Exists);
        WriteStat(42, 1, 1, 1, state: 'Z');
        Assert.Equal(new DeviceUsage(null, null, false), probe.Read("s1"));
        Directory.Delete(Path.Combine(_proc, "42"), recursive: true);
        Assert.Equal(new DeviceUsage(null, null, false), probe.Read("s1"));
        Assert.Equal(default, probe.Read("nobody"));
    }

    [Fact]
    public void Read_NoProc_IsUnknown()
    {
        ProcDeviceProbe probe = new(_time, Path.Combine(_proc, "missing"));
        probe.AddProcess("s1", 1);
        probe.AddListener("s2", 80);
        Assert.Equal(default, probe.Read("s1"));
        Assert.Equal(default, probe.Read("s2"));
    }

    [LinuxFact]
    public void TryFindListener_OwnSocket_FindsThisProcess()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        ProcDeviceProbe probe = new(TimeProvider.System);
        Assert.True(probe.TryFindListener(((IPEndPoint)listener.LocalEndpoint).Port, out int pid));
        Assert.Equal(Environment.ProcessId, pid);
        Assert.False(probe.TryFindListener(1, out _));
    }

    [Fact]
    public void KernelDrops_LineOfThePort_IsRead()
    {
        Directory.CreateDirectory(Path.Combine(_proc, "net"));
        File.WriteAllText(
            Path.Combine(_proc, "net", "udp"),
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
              10: 0100007F:7FFE 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 37
              11: 0100007F:7FFF 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1 2 0000000000000000 5
            """);
        KernelDrops drops = new(0x7FFE, _proc);
        Assert.Equal(0, drops.Newest);
        drops.Read();
        Assert.Equal(37, drops.Newest);
    }
}
