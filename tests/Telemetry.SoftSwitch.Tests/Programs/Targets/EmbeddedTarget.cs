using P4.V1;
using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Programs.Targets;

/// <summary>The embedded switch in virtual time.</summary>
internal sealed class EmbeddedTarget : ProgramTarget
{
    private readonly EventLoop _loop = new();
    private readonly Switch _switch;
    private readonly TestController _controller;
    private readonly List<(int Port, byte[] Frame)> _sent = [];

    public EmbeddedTarget(string program, long bitsPerSecond = 0)
        : base(program)
    {
        _switch = new Switch(_loop, new SwitchOptions { Name = "s1", DeviceId = DeviceId, CpuPort = CpuPort });
        foreach (int port in Enumerable.Range(1, 8).Append(ReportPort).Append(ReportPort + 1))
        {
            _switch.AttachPort(port, new Wire(port, _sent), port < ReportPort ? new PortOptions(bitsPerSecond, 64) : new PortOptions());
        }

        _controller = new TestController(_switch);
        SetPipeline();
        _loop.RunUntil(1_000_000_000);
    }

    public override IReadOnlyList<StreamMessageResponse> Messages => _controller.Messages;

    public override bool HasRates => true;

    protected override P4.V1.P4Runtime.P4RuntimeClient Client => _controller.Client;

    public override Task<List<(int Port, byte[] Frame)>> SendAsync(IReadOnlyList<(int Port, byte[] Frame)> frames, int expected)
    {
        SynchronizationContext.SetSynchronizationContext(null); // as TestController: xunit's would make continuations run elsewhere
        _sent.Clear();
        foreach ((int port, byte[] frame) in frames)
        {
            _switch.Receive(port, frame);
        }

        return LeftAsync(expected);
    }

    /// <summary>Cuts or mends a port's cable. BMv2 takes watched ports and selects members of dead ones all the same.</summary>
    public void SetPortUp(int port, bool up) => _switch.SetPortUp(port, up);

    public override Task<List<(int Port, byte[] Frame)>> LeftAsync(int expected)
    {
        _loop.RunUntil(_loop.NowNs + 100_000_000);
        Assert.Equal(expected, _sent.Count);
        return Task.FromResult<List<(int, byte[])>>([.. _sent]);
    }

    /// <summary>Lets time go by.</summary>
    public void Wait(long ns) => _loop.RunUntil(_loop.NowNs + ns);

    public override void Send(StreamMessageRequest message)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        _sent.Clear();
        _controller.Send(message);
    }

    public override Task<StreamMessageResponse> MessageAsync(Func<StreamMessageResponse, bool> like)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        _loop.RunUntil(_loop.NowNs + 2_000_000_000);
        return Task.FromResult(Messages.First(like));
    }

    public override ValueTask DisposeAsync()
    {
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Wire(int port, List<(int Port, byte[] Frame)> sent) : IPort
    {
        public void Transmit(ReadOnlySpan<byte> frame) => sent.Add((port, frame.ToArray()));
    }
}
