using System.Numerics;
using P4.V1;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>
/// Digests between the program and the controller (P4Runtime v1.5, section 9.9): distinct samples wait for their list to
/// fill or to be old enough; what was sent is not sent again before it is acknowledged or forgotten. Loop's thread.
/// </summary>
internal sealed class DigestWatch(PipelineBinding binding) : IDigestListener, ILoopHandler
{
    /// <summary>Samples of a list where the controller sets no limit.</summary>
    private const int MaxList = 1000;

    /// <summary>Samples that wait for an acknowledgement; more are sent without being remembered.</summary>
    private const int MaxUnacknowledged = 262_144;

    private readonly SortedDictionary<uint, Enabled> _enabled = [];
    private readonly Dictionary<int, Enabled> _byIndex = [];
    private EventLoop? _loop;
    private Action<DigestList>? _send;
    private ulong _lastListId;

    /// <summary>Samples that were in a list already, or in one that waits for its acknowledgement.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Configs of the digests that are enabled, by their ids.</summary>
    public IEnumerable<(uint Id, DigestEntry.Types.Config? Config)> Configs => _enabled.Select(e => (e.Key, e.Value.Config));

    public bool IsEnabled(uint id) => _enabled.ContainsKey(id);

    public DigestEntry.Types.Config? ConfigOf(uint id) => _enabled[id].Config;

    /// <summary>Begins to send, once the pipeline runs.</summary>
    public void Start(EventLoop loop, Action<DigestList> send)
    {
        _loop = loop;
        _send = send;
    }

    public void Stop() => _send = null;

    /// <summary>Enables a digest, or changes how it is sent.</summary>
    public void Set(uint id, DigestEntry.Types.Config? config)
    {
        if (!_enabled.TryGetValue(id, out Enabled? known))
        {
            known = new Enabled(binding.Digest(id));
            _enabled[id] = known;
            _byIndex[known.Digest.Definition.Index] = known;
        }

        known.Config = config;
        if (_loop is not null && known.Samples.Count > 0)
        {
            Look(known);
        }
    }

    public void Disable(uint id)
    {
        if (_enabled.Remove(id, out Enabled? known))
        {
            _byIndex.Remove(known.Digest.Definition.Index);
        }
    }

    /// <summary>Forgets a list: its samples may be sent again. A list that is not known, or no longer, is none.</summary>
    /// <exception cref="EntityFault">The program has no such digest.</exception>
    public void Acknowledge(DigestListAck ack)
    {
        binding.Digest(ack.DigestId);
        if (_enabled.TryGetValue(ack.DigestId, out Enabled? known) && known.Sent.Remove(ack.ListId, out SentList? list))
        {
            Forget(known, list);
        }
    }

    public void OnDigest(DigestDef digest, ReadOnlySpan<byte> sample, long nowNs)
    {
        if (_send is null || !_byIndex.TryGetValue(digest.Index, out Enabled? known))
        {
            return;
        }

        byte[] bytes = sample.ToArray();
        if (known.Unacknowledged.Contains(bytes) || !known.Distinct.Add(bytes))
        {
            Duplicates++;
            return;
        }

        if (known.Samples.Count == 0)
        {
            known.FirstNs = nowNs;
        }

        known.Samples.Add(bytes);
        Look(known);
    }

    public void OnEvent(long arg)
    {
        foreach (Enabled known in _enabled.Values)
        {
            Look(known);
        }
    }

    /// <summary>Sends what is full or old enough, forgets what was never acknowledged, and sees to the next look.</summary>
    private void Look(Enabled known)
    {
        if (_loop is null || _send is null)
        {
            return;
        }

        long nowNs = _loop.NowNs;
        while (known.Oldest is SentList oldest && oldest.AtNs + known.AckTimeoutNs <= nowNs)
        {
            known.Sent.Remove(oldest.Id);
            Forget(known, oldest);
        }

        if (known.Samples.Count > 0 && (known.Samples.Count >= known.MaxListSize || known.FirstNs + known.MaxTimeoutNs <= nowNs))
        {
            Send(known, nowNs);
        }

        long nextNs = Math.Min(
            known.Samples.Count > 0 ? known.FirstNs + known.MaxTimeoutNs : long.MaxValue,
            known.Oldest is SentList next ? next.AtNs + known.AckTimeoutNs : long.MaxValue);
        if (nextNs != long.MaxValue && (known.ScheduledNs <= nowNs || nextNs < known.ScheduledNs))
        {
            known.ScheduledNs = nextNs;
            _loop.Schedule(nextNs, this);
        }
    }

    private void Send(Enabled known, long nowNs)
    {
        DigestList list = new()
        {
            DigestId = known.Digest.Info.Id,
            ListId = ++_lastListId,
            Timestamp = (_loop!.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100,
        };
        BigInteger[] numbers = new BigInteger[known.Digest.Widths.Length];
        foreach (byte[] sample in known.Samples)
        {
            int at = 0;
            for (int i = 0; i < numbers.Length; i++)
            {
                int bytes = (known.Digest.Widths[i] + 7) / 8;
                numbers[i] = new BigInteger(sample.AsSpan(at, bytes), isUnsigned: true, isBigEndian: true);
                at += bytes;
            }

            int next = 0;
            list.Data.Add(known.Digest.Data.Format(numbers, ref next));
        }

        if (known.AckTimeoutNs > 0 && known.Unacknowledged.Count + known.Samples.Count <= MaxUnacknowledged)
        {
            SentList sent = new(list.ListId, nowNs, [.. known.Samples]);
            known.Sent[sent.Id] = sent;
            known.Unacknowledged.UnionWith(sent.Samples);
        }

        known.Samples.Clear();
        known.Distinct.Clear();
        _send!(list);
    }

    private static void Forget(Enabled known, SentList list)
    {
        foreach (byte[] sample in list.Samples)
        {
            known.Unacknowledged.Remove(sample);
        }
    }

    private sealed record SentList(ulong Id, long AtNs, byte[][] Samples);

    private sealed class Enabled(BoundDigest digest)
    {
        public BoundDigest Digest { get; } = digest;

        public DigestEntry.Types.Config? Config { get; set; }

        public List<byte[]> Samples { get; } = [];

        public HashSet<byte[]> Distinct { get; } = new(SampleComparer.Instance);

        public HashSet<byte[]> Unacknowledged { get; } = new(SampleComparer.Instance);

        /// <summary>By list id, which grows with time.</summary>
        public SortedDictionary<ulong, SentList> Sent { get; } = [];

        public SentList? Oldest => Sent.Count == 0 ? null : Sent.First().Value;

        public long FirstNs { get; set; }

        public long ScheduledNs { get; set; }

        public int MaxListSize => Config is { MaxListSize: > 0 } config ? Math.Min(config.MaxListSize, MaxList) : MaxList;

        public long MaxTimeoutNs => Math.Min(Config?.MaxTimeoutNs ?? 0, long.MaxValue / 4);

        public long AckTimeoutNs => Math.Min(Config?.AckTimeoutNs ?? 0, long.MaxValue / 4);
    }

    private sealed class SampleComparer : IEqualityComparer<byte[]>
    {
        public static readonly SampleComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] sample)
        {
            HashCode hash = default;
            hash.AddBytes(sample);
            return hash.ToHashCode();
        }
    }
}
