using System.Numerics;

namespace Telemetry.Collector.Nodes;

/// <summary>
/// Measures loss from gaps in a wrapping sequence: the 22-bit sequence of an exporter's reports or the 16-bit IPv4
/// identification of a flow. Tolerates reordering over 64 numbers, repeats, the sender's restart, and senders that
/// do not count. A gap is counted once it can no longer be filled: it left the 64 numbers or two settlements passed. A part of its owner, not to be copied.
/// </summary>
internal struct SequenceTracker
{
    /// <summary>How far behind the newest number one may still fill a gap.</summary>
    public const int Reordering = 64;

    private const int NumbersToTrust = 4;
    private const int StrangeToDistrust = 4;

    private readonly uint _mask;
    private readonly uint _maxJump;
    private readonly bool _restartsAtZero;
    private readonly bool _trustAtOnce;
    private uint _head;
    private uint _settledHead;
    private ulong _seen;
    private uint _candidate;
    private bool _hasCandidate;
    private int _inOrder;
    private int _strange;
    private long _lostBeforeTrust;

    /// <summary>Creates a tracker that has seen nothing.</summary>
    /// <param name="bits">Width of the number, 8 to 32.</param>
    /// <param name="maxJump">Largest step forward that is taken for loss; a larger one is taken for a new start.</param>
    /// <param name="restartsAtZero">True when a sender starts counting near 0 again.</param>
    /// <param name="trustAtOnce">True when the protocol demands that senders count; else only numbers in order show it.</param>
    public SequenceTracker(int bits, uint maxJump, bool restartsAtZero, bool trustAtOnce)
    {
        _mask = bits == 32 ? uint.MaxValue : (1u << bits) - 1;
        _maxJump = maxJump;
        _restartsAtZero = restartsAtZero;
        _trustAtOnce = trustAtOnce;
        Counts = trustAtOnce;
    }

    public enum Step
    {
        /// <summary>The first one, or the newest so far.</summary>
        Forward,

        /// <summary>An older one that fills a gap.</summary>
        Late,

        /// <summary>A repeat, or far from the sequence.</summary>
        Strange,

        /// <summary>The sender began anew: the sequence goes on from here.</summary>
        Restart,
    }

    /// <summary>True after the first number.</summary>
    public bool Started { get; private set; }

    /// <summary>True while the numbers look like a sequence; else loss is unknown.</summary>
    public bool Counts { get; private set; }

    /// <summary>Numbers missing for good. Grows while <see cref="Counts"/>; what was counted before trust is taken back at a new start.</summary>
    public long Lost { get; private set; }

    /// <summary>How often the sender began anew.</summary>
    public long Restarts { get; private set; }

    /// <summary>True while numbers are missing that may still come.</summary>
    public readonly bool HasGaps => Started && _seen != ulong.MaxValue;

    /// <summary>By how much the newest number was ahead of the one before it.</summary>
    public uint LastAdvance { get; private set; }

    /// <summary>True when a number is within the reordering of the newest one, so that it may be its neighbour's.</summary>
    public readonly bool IsNear(uint number) =>
        Started && (((number - _head) & _mask) <= Reordering || ((_head - number) & _mask) < Reordering);

    public Step Observe(uint number)
    {
        number &= _mask;
        if (!Started)
        {
            Started = true;
            Begin(number);
            return Step.Forward;
        }

        uint ahead = (number - _head) & _mask;
        uint behind = (_head - number) & _mask;
        if (ahead != 0 && ahead <= _maxJump && !LooksLikeRestart(number, ahead) && (Counts || ahead <= Reordering))
        {
            Advance((int)ahead);
            LastAdvance = ahead;
            _head = number;
            _hasCandidate = false;
            _strange = 0;
            if (++_inOrder >= NumbersToTrust && !Counts)
            {
                Counts = true;
            }

            return Step.Forward;
        }

        if (behind is > 0 and < Reordering && (_seen & (1UL << (int)behind)) == 0)
        {
            _seen |= 1UL << (int)behind;
            return Step.Late;
        }

        return Strange(number);
    }

    /// <summary>Counts gaps that were there at the settlement before; call it once a window.</summary>
    public void Settle()
    {
        if (!Started)
        {
            return;
        }

        uint newer = (_head - _settledHead) & _mask;
        if (newer < Reordering)
        {
            ulong old = ulong.MaxValue << (int)newer;
            Lost += BitOperations.PopCount(~_seen & old);
            _seen |= old;
        }

        _settledHead = _head;
    }

    private readonly bool LooksLikeRestart(uint number, uint ahead) =>
        _restartsAtZero && number < 16 && ahead > Reordering && (_mask - _head) > 1024;

    private void Advance(int by)
    {
        if (by < Reordering)
        {
            ulong leaving = ulong.MaxValue << (Reordering - by);
            Lost += BitOperations.PopCount(~_seen & leaving);
            _seen = (_seen << by) | 1;
        }
        else
        {
            Lost += BitOperations.PopCount(~_seen) + (by - Reordering);
            _seen = 1;
        }
    }

    private Step Strange(uint number)
    {
        _inOrder = 0;
        uint fromCandidate = (number - _candidate) & _mask;
        if (_hasCandidate && fromCandidate is > 0 and <= 16)
        {
            Restarts++;
            Lost = Counts ? Lost + BitOperations.PopCount(~_seen) : _lostBeforeTrust;

            Counts = _trustAtOnce;
            _lostBeforeTrust = Lost;
            Begin(number);
            return Step.Restart;
        }

        _candidate = number;
        _hasCandidate = true;
        if (++_strange >= StrangeToDistrust)
        {
            _strange = StrangeToDistrust;
            Counts = false;
        }

        return Step.Strange;
    }

    private void Begin(uint number)
    {
        _head = number;
        _settledHead = number;
        _seen = ulong.MaxValue;
        _hasCandidate = false;
        _inOrder = 0;
        _strange = 0;
    }
}
