using System.Diagnostics;
using Telemetry.SoftSwitch.Compilation;

namespace Telemetry.SoftSwitch.Switching;

/// <summary>Adds up what each stage takes; reading the clock twice a stage, about 50 ns, is part of what it measures.</summary>
internal sealed class StageClock
{
    private const int Stages = 4;
    private readonly long[] _packets = new long[Stages];
    private readonly long[] _ticks = new long[Stages];

    public StageTimings Read() => new(Of(0), Of(1), Of(2), Of(3));

    public Stage Around(int index, Stage stage) => (packet, state) =>
    {
        long started = Stopwatch.GetTimestamp();
        stage(packet, state);
        Interlocked.Add(ref _ticks[index], Stopwatch.GetTimestamp() - started);
        Interlocked.Increment(ref _packets[index]);
    };

    private StageTiming Of(int index) => new(
        Interlocked.Read(ref _packets[index]), (long)(Interlocked.Read(ref _ticks[index]) * (1e9 / Stopwatch.Frequency)));
}
