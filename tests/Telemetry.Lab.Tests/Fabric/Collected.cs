using Telemetry.Lab.Fabric;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Tests.Fabric;

/// <summary>Keeps what arrives, and when.</summary>
internal sealed class Collected(EventLoop loop) : IFrameSink
{
    public List<(long AtNs, byte[] Frame)> Frames { get; } = [];

    public void Deliver(ReadOnlySpan<byte> frame) => Frames.Add((loop.NowNs, frame.ToArray()));
}
