using System.Diagnostics;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;
using Switch = Telemetry.SoftSwitch.Switching.Switch;

namespace Telemetry.SoftSwitch.Tests.Ports;

public sealed class PacketSocketPortTests
{
    private static async Task Ip(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {await process.StandardError.ReadToEndAsync()}");
    }

    [InterfaceFact]
    public async Task VethToVeth_FramesPassTheSwitchUnchanged()
    {
        string name = $"t{Environment.ProcessId % 100000}";
        await Ip($"link add {name}a0 type veth peer name {name}a1");
        await Ip($"link add {name}b0 type veth peer name {name}b1");
        try
        {
            foreach (string end in (string[])["a0", "a1", "b0", "b1"])
            {
                await Ip($"link set {name}{end} up");
            }

            await PassAsync(name);
        }
        finally
        {
            await Ip($"link del {name}a0");
            await Ip($"link del {name}b0");
        }
    }

    private static async Task PassAsync(string name)
    {
        using EventLoop loop = new();
        using CancellationTokenSource stop = new();
        Thread thread = new(() => loop.RunRealTime(stop.Token)) { IsBackground = true };
        thread.Start();
        byte[] marked = [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x88, 0xB5, .. Enumerable.Range(0, 100).Select(i => (byte)i)];
        TaskCompletionSource<byte[]> arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ProgramJson program = new ProgramJson().Header("h", "a:8").State("start", Extract("h")).Run("ingress", "forward", null, ToPort(2));
        using PacketSocketPort inside = new($"{name}a0", loop);
        using PacketSocketPort outside = new($"{name}b0", loop);
        using PacketSocketPort sender = new($"{name}a1", loop);
        using PacketSocketPort receiver = new($"{name}b1", loop);
        await loop.InvokeAsync(() =>
        {
            Switch forwarding = new(loop, new SwitchOptions { Name = "s1" });
            forwarding.AttachPort(1, inside, new PortOptions());
            forwarding.AttachPort(2, outside, new PortOptions());
            forwarding.LoadProgram(SwitchProgram.Load(program.Bytes));
            Switch host = new(loop, new SwitchOptions { Name = "host" });
            host.AttachPort(1, receiver, new PortOptions());
            host.AttachPort(2, new Catcher(marked, arrived), new PortOptions());
            host.LoadProgram(SwitchProgram.Load(program.Bytes));
            inside.Start(forwarding, 1);
            outside.Start(forwarding, 2);
            receiver.Start(host, 1);
            sender.Transmit(marked);
            return true;
        });
        Assert.Equal(marked, await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        await stop.CancelAsync();
        thread.Join();
    }

    /// <summary>Waits for the marked frame; the kernel sends frames of its own on a new interface.</summary>
    private sealed class Catcher(byte[] marked, TaskCompletionSource<byte[]> arrived) : IPort
    {
        public void Transmit(ReadOnlySpan<byte> frame)
        {
            if (frame.Length >= 14 && frame[..14].SequenceEqual(marked.AsSpan(0, 14)))
            {
                arrived.TrySetResult(frame.ToArray());
            }
        }
    }
}
