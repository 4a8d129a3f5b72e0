using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tests.Support;

/// <summary>One switch in virtual time with recording wires on a few ports.</summary>
internal sealed class Bench : IDisposable
{
    public Bench(ProgramJson? program, SwitchOptions? options = null, PortOptions? ports = null)
    {
        Switch = new Switch(Loop, options ?? new SwitchOptions { Name = "s1", ProgramLog = Log.Add });
        for (int port = 1; port <= 4; port++)
        {
            Wires[port] = new RecordingPort(Loop);
            Switch.AttachPort(port, Wires[port], ports ?? new PortOptions());
        }

        if (program is not null)
        {
            Switch.LoadProgram(SwitchProgram.Load(program.Bytes));
        }
    }

    public EventLoop Loop { get; } = new();

    public Switch Switch { get; }

    public Dictionary<int, RecordingPort> Wires { get; } = [];

    public List<string> Log { get; } = [];

    /// <summary>Sends a frame, written in hexadecimal, and runs on for ten milliseconds; the frames that left each port since.</summary>
    public void Send(int port, string hex)
    {
        Switch.Receive(port, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        Loop.RunUntil(Loop.NowNs + 10_000_000);
    }

    /// <summary>Sends a frame and expects one to leave port 2; its bytes in hexadecimal.</summary>
    public string Through(string hex, int from = 1, int to = 2)
    {
        int before = Wires[to].Frames.Count;
        Send(from, hex);
        return Assert.Single(Wires[to].Frames.Skip(before)).Hex;
    }

    public void Dispose() => Loop.Dispose();
}

internal sealed class RecordingPort(EventLoop loop) : IPort
{
    public List<(long AtNs, string Hex)> Frames { get; } = [];

    public void Transmit(ReadOnlySpan<byte> frame) => Frames.Add((loop.NowNs, Convert.ToHexString(frame)));
}
