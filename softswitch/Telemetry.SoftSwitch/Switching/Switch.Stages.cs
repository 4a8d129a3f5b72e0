using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Switching;

public sealed partial class Switch
{
    private StageSet _stages = null!; // set with the program, and read only while there is one
    private StageClock? _clock;

    /// <summary>Starts or ends the timing of stages, which starts from zero and costs about 200 ns a packet while it is on.</summary>
    public void SetStageTiming(bool on)
    {
        _clock = on ? new StageClock() : null;
        SelectStages();
    }

    /// <summary>True while someone reads a trace.</summary>
    internal bool IsTraced => _tracer.HasReaders;

    /// <summary>What each stage has taken; null while timing is off. Any thread.</summary>
    public StageTimings? GetStageTimings() => _clock?.Read();

    /// <summary>
    /// Starts to tell what packets do, from the next one on; disposing the result, on the loop's thread too, ends it. Packets that are told
    /// of are interpreted, with the same outputs; others, and all of them while nobody reads, run compiled. Workers wait while
    /// packets are told of.
    /// </summary>
    public IDisposable StartTrace(TraceOptions options, ITraceSink sink)
    {
        TraceSession session = new(options, sink, Loop.NowNs);
        RunGathered();
        _tracer.Add(session);
        SelectStages();
        return new TraceEnd(this, session);
    }

    private void TellProgramLog(string line)
    {
        Options.ProgramLog?.Invoke(line);
        _tracer.Tell(line);
    }

    private void SelectStages()
    {
        if (_program is null)
        {
            return;
        }

        StageSet stages = StageSet.Of(_program);
        if (_tracer.HasReaders)
        {
            stages = _tracer.Observe(_program, stages);
        }

        _state!.Log = _tracer.HasReaders ? TellProgramLog : Options.ProgramLog;
        _stages = _clock is null ? stages : stages.Timed(_clock);
        SelectLanes();
    }

    private sealed class TraceEnd(Switch owner, TraceSession session) : IDisposable
    {
        public void Dispose()
        {
            owner.RunGathered();
            owner._tracer.Remove(session);
            owner.SelectStages();
        }
    }
}
