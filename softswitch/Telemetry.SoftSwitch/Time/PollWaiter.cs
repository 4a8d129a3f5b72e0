using System.Runtime.InteropServices;
using Telemetry.SoftSwitch.Ports;

namespace Telemetry.SoftSwitch.Time;

/// <summary>
/// Linux: ppoll(2) over an event descriptor and the sources. A source is in the kernel's wait list only while the loop
/// sleeps, so that frames that arrive meanwhile cost no wake-up; epoll would charge each of them.
/// </summary>
internal sealed class PollWaiter : LoopWaiter
{
    private const short Readable = 1;
    private const short Failed = 8 | 16 | 32; // POLLERR, POLLHUP, POLLNVAL
    private readonly int _event;
    private readonly byte[] _count = new byte[8];
    private ILoopSource[] _known = [];
    private Entry[] _entries;

    public PollWaiter()
    {
        _event = Native.eventfd(0, Native.EventNonBlocking);
        if (_event < 0)
        {
            throw new IOException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _entries = [new Entry { Descriptor = _event, Events = Readable }];
    }

    public override void Wake()
    {
        long one = 1;
        _ = Native.write(_event, ref one, sizeof(long));
    }

    public override void Wait(long timeoutNs, ILoopSource[] sources, bool minded)
    {
        if (sources != _known)
        {
            _known = sources;
            _entries = new Entry[sources.Length + 1];
            _entries[^1] = new Entry { Descriptor = _event, Events = Readable };
        }

        for (int i = 0; i < sources.Length; i++)
        {
            _entries[i] = new Entry { Descriptor = minded ? sources[i].Descriptor : -1, Events = Readable };
        }

        TimeSpec timeout = new() { Seconds = timeoutNs / 1_000_000_000, Nanoseconds = timeoutNs % 1_000_000_000 };
        _entries[^1].Ready = 0;
        if (Native.ppoll(ref _entries[0], (nuint)_entries.Length, ref timeout, 0) <= 0)
        {
            return;
        }

        if (_entries[^1].Ready != 0)
        {
            _ = Native.read(_event, ref _count[0], _count.Length);
        }

        for (int i = 0; i < sources.Length; i++)
        {
            if ((_entries[i].Ready & Failed) != 0)
            {
                sources[i].ClearFault();
            }
        }
    }

    public override void Dispose() => _ = Native.close(_event);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Entry
    {
        public int Descriptor;
        public short Events;
        public short Ready;
    }

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
