using Telemetry.SoftSwitch.Execution;

namespace Telemetry.SoftSwitch.Switching.Workers;

/// <summary>What one worker works with: packets and scratch space of its own, so that only frames cross between processors.</summary>
internal sealed class Lane(SwitchState state)
{
    private byte[] _output = new byte[64 * 1024];
    private int _used;

    public SwitchState State { get; } = state;

    /// <summary>Keeps the first bytes of the state's output; returns where.</summary>
    public int Keep(int length)
    {
        if (_output.Length - _used < length)
        {
            Array.Resize(ref _output, Math.Max(_output.Length * 2, _used + length));
        }

        int offset = _used;
        Buffer.BlockCopy(State.Out, 0, _output, offset, length);
        _used += length;
        return offset;
    }

    public ReadOnlySpan<byte> Kept(int offset, int length) => _output.AsSpan(offset, length);

    /// <summary>Adds up what was counted and forgets the frames.</summary>
    public void Finish(SwitchState owner)
    {
        State.Later!.AddTo(owner);
        _used = 0;
    }
}
