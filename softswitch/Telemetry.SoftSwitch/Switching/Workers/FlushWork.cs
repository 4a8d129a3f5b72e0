using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Switching.Workers;

/// <summary>Sends what ports gathered, each port by one of the workers: the system call is most of what a packet costs.</summary>
internal sealed class FlushWork(WorkerPool pool) : IBatchWork
{
    private List<ILoopSource> _sources = [];

    public void Run(List<ILoopSource> sources)
    {
        _sources = sources;
        pool.Run(this, sources.Count, 1);
    }

    public void Run(int lane, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            _sources[i].Flush();
        }
    }
}
