using System.Diagnostics;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;
using Switch = Telemetry.SoftSwitch.Switching.Switch;

namespace Telemetry.Cli.Benchmarks;

/// <summary>Many switches with one program in this process: a fat-tree with k = 8, which has 80 switches of 8 ports.</summary>
internal static class SwitchScaleRun
{
    private const int Switches = 80;
    private const int Ports = 8;
    private const int MoreSwitches = 200;

    public static IReadOnlyList<BenchResult> Measure(SwitchWorkload workload)
    {
        byte[] json = workload.Program.DeviceConfig.ToByteArray();
        NoWire wire = new();
        long started = Stopwatch.GetTimestamp();
        using EventLoop loop = new();
        List<Switch> made = Make(loop, json, workload.Frames[0], wire, Switches);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        long resident = Environment.WorkingSet;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        made.AddRange(Make(loop, json, workload.Frames[0], wire, MoreSwitches));
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / MoreSwitches;
        GC.KeepAlive(made);
        return
        [
            new("fattree8-start-seconds", seconds, "s"),
            new("fattree8-resident-bytes", resident, "bytes"),
            new("memory-per-switch-bytes", each, "bytes"),
        ];
    }

    /// <summary>Switches that run the program and have seen a packet at each port.</summary>
    private static List<Switch> Make(EventLoop loop, byte[] json, byte[] frame, NoWire wire, int count)
    {
        List<Switch> made = [];
        for (int i = 0; i < count; i++)
        {
            Switch one = new(loop, new SwitchOptions { Name = $"s{made.Count + 1}", DeviceId = (ulong)made.Count + 1 });
            for (int port = 1; port <= Ports; port++)
            {
                one.AttachPort(port, wire, new PortOptions());
            }

            one.LoadProgram(SwitchProgram.Load(json));
            for (int port = 1; port <= Ports; port++)
            {
                one.Receive(port, frame);
            }

            made.Add(one);
        }

        return made;
    }

    private sealed class NoWire : IPort
    {
        public void Transmit(ReadOnlySpan<byte> frame)
        {
        }
    }
}
