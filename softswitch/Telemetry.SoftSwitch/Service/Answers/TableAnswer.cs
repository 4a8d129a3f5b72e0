using P4.V1;
using Telemetry.SoftSwitch.Service.Entities;

namespace Telemetry.SoftSwitch.Service.Answers;

/// <summary>Table entries, or the counters or meters that belong to them. They are many, so they can be encoded without message objects.</summary>
internal sealed class TableAnswer : IReadAnswer
{
    private readonly EntrySnapshot[] _entries;
    private readonly Entity _filter;
    private readonly EntryCounts[] _counts;

    /// <param name="entries">What the request selected.</param>
    /// <param name="filter">The request's entity, which says what is asked of each entry.</param>
    public TableAnswer(EntrySnapshot[] entries, Entity filter)
    {
        _entries = entries;
        _filter = filter;
        TableEntry? asked = filter.TableEntry;
        bool isCounted = asked is null || asked.CounterData is not null || asked.MeterCounterData is not null || asked.TimeSinceLastHit is not null;
        _counts = isCounted ? new EntryCounts[entries.Length] : [];
    }

    public int Count => _entries.Length;

    /// <summary>How many entries need <see cref="TakeCounts"/>: all or none.</summary>
    public int Counted => _counts.Length;

    public IEnumerable<Entity> Entities
    {
        get
        {
            for (int i = 0; i < _entries.Length; i++)
            {
                yield return Format(i);
            }
        }
    }

    /// <summary>Takes what packets change, of some entries; between two packets.</summary>
    public void TakeCounts(int first, int count, long nowNs)
    {
        for (int i = first; i < first + count; i++)
        {
            _counts[i] = new EntryCounts(_entries[i].Entry, nowNs);
        }
    }

    /// <summary>Writes some entries as the entities of a read's answer.</summary>
    public void Encode(int first, int count, MessageWriter to)
    {
        for (int i = first + count - 1; i >= first; i--)
        {
            int end = to.Length;
            Encode(i, to);
            to.Nest(ReadResponse.EntitiesFieldNumber, end);
        }
    }

    private void Encode(int index, MessageWriter to)
    {
        ref readonly EntryCounts counts = ref CountsOf(index);
        int end = to.Length;
        switch (_filter.EntityCase)
        {
            case Entity.EntityOneofCase.TableEntry:
                _entries[index].Encode(_filter.TableEntry, counts, to);
                to.Nest(Entity.TableEntryFieldNumber, end);
                break;
            case Entity.EntityOneofCase.DirectCounterEntry:
                EntrySnapshot.Encode(DirectCounterEntry.DataFieldNumber, counts, to);
                int keyEnd = to.Length;
                _entries[index].EncodeKey(to);
                to.Nest(DirectCounterEntry.TableEntryFieldNumber, keyEnd);
                to.Nest(Entity.DirectCounterEntryFieldNumber, end);
                break;
            default:
                to.Message(Entity.DirectMeterEntryFieldNumber, Format(index).DirectMeterEntry);
                break;
        }
    }

    private Entity Format(int index)
    {
        ref readonly EntryCounts counts = ref CountsOf(index);
        return _filter.EntityCase switch
        {
            Entity.EntityOneofCase.TableEntry => new Entity { TableEntry = _entries[index].Format(_filter.TableEntry, counts) },
            Entity.EntityOneofCase.DirectCounterEntry => new Entity { DirectCounterEntry = _entries[index].FormatDirectCounter(counts) },
            _ => new Entity { DirectMeterEntry = _entries[index].FormatDirectMeter(_filter.DirectMeterEntry.CounterData is not null, counts) },
        };
    }

    private ref readonly EntryCounts CountsOf(int index) => ref _counts.Length == 0 ? ref EntryCounts.None : ref _counts[index];
}
