using System.Runtime.CompilerServices;

namespace Telemetry.Inference.Detectors;

/// <summary>Up to three reasons, strongest first, held in place so that a verdict allocates nothing.</summary>
public struct ReasonList
{
    /// <summary>Reasons that a list holds at most.</summary>
    public const int Capacity = 3;

    private Slots _slots;

    /// <summary>Reasons held, 0 to <see cref="Capacity"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The reason at a place from 0, strongest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No reason there.</exception>
    public readonly Reason this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _slots[index];
        }
    }

    /// <summary>Puts a reason at its place by the size of its contribution; the weakest leaves a full list.</summary>
    public void Offer(in Reason reason)
    {
        int at = Count;
        while (at > 0 && Math.Abs(_slots[at - 1].Contribution) < Math.Abs(reason.Contribution))
        {
            at--;
        }

        if (at == Capacity)
        {
            return;
        }

        for (int i = Math.Min(Count, Capacity - 1); i > at; i--)
        {
            _slots[i] = _slots[i - 1];
        }

        _slots[at] = reason;
        Count = Math.Min(Count + 1, Capacity);
    }

    /// <summary>The reasons as an array of their own, strongest first.</summary>
    public readonly Reason[] ToArray()
    {
        var reasons = new Reason[Count];
        for (int i = 0; i < reasons.Length; i++)
        {
            reasons[i] = _slots[i];
        }

        return reasons;
    }

    [InlineArray(Capacity)]
    private struct Slots
    {
        private Reason _first;
    }
}
