using Telemetry.SoftSwitch.Ports;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Hosting.Capture;

/// <summary>A port that plays a capture file and writes another, as BMv2's --use-files has it.</summary>
internal sealed class CaptureFilePort : IPort, IDisposable
{
    private readonly EventLoop _loop;
    private readonly long _epochNs;
    private readonly PcapWriter _out;

    /// <summary>Reads NAME_in.pcap and makes NAME_out.pcap in the working folder.</summary>
    /// <exception cref="IOException">The one cannot be read or the other not be made.</exception>
    public CaptureFilePort(string name, int number, EventLoop loop, Action<string> onFault)
    {
        _loop = loop;
        Number = number;
        Frames = PcapFile.Read($"{name}_in.pcap");
        _epochNs = ((loop.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100) - loop.NowNs;
        _out = new PcapWriter($"{name}_out.pcap", onFault);
    }

    public int Number { get; }

    public IReadOnlyList<(long AtNs, byte[] Frame)> Frames { get; }

    public void Transmit(ReadOnlySpan<byte> frame)
    {
        _out.Write(frame, _epochNs + _loop.NowNs);
        _out.Flush();
    }

    /// <summary>
    /// Gives the frames of all ports to the switch from a time on, in the order of their time stamps and without their
    /// distances, one a microsecond so that queues drain between them.
    /// </summary>
    public static void Play(IEnumerable<CaptureFilePort> ports, Switch to, EventLoop loop, long atNs)
    {
        Player player = new(to, [.. ports.SelectMany(p => p.Frames.Select(f => (f.AtNs, p.Number, f.Frame))).OrderBy(f => f.AtNs).Select(f => (f.Number, f.Frame))]);
        for (int i = 0; i < player.Count; i++)
        {
            loop.Schedule(atNs + (i * 1000L), player, i);
        }
    }

    public void Dispose() => _out.Dispose();

    private sealed class Player(Switch to, (int Port, byte[] Frame)[] frames) : ILoopHandler
    {
        public int Count => frames.Length;

        public void OnEvent(long arg) => to.Receive(frames[arg].Port, frames[arg].Frame);
    }
}
