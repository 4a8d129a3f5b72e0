using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;

namespace Telemetry.Collector.Tests.Fixtures;

/// <summary>A sink that keeps everything.</summary>
internal sealed class BatchList : IBatchSink
{
    /// <summary>False forgets batches at once.</summary>
    public bool Keeps { get; init; } = true;

    public List<Batch> Batches { get; } = [];

    public List<IReadOnlyList<SenderMark>> Covers { get; } = [];

    public IEnumerable<Window> Windows => Batches.SelectMany(batch => batch.Windows.Concat(batch.Parts.SelectMany(part => part.Windows)));

    public IEnumerable<Event> Events => Batches.SelectMany(batch => batch.Events.Concat(batch.Parts.SelectMany(part => part.Events)));

    public IEnumerable<DeviceStatus> Devices => Batches.SelectMany(batch => batch.Devices);

    public void Append(Batch batch, IReadOnlyList<SenderMark> covers)
    {
        if (!Keeps)
        {
            return;
        }

        batch.Epoch = 1;
        batch.Sequence = (ulong)Batches.Count + 1;
        Batches.Add(batch);
        Covers.Add(covers);
    }
}
