using Telemetry.Lab.Hosts;
using Telemetry.Lab.Randomness;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.Lab.Traffic;

/// <summary>A one-way UDP flow: constant, Poisson or on/off.</summary>
internal sealed class UdpFlow : ILoopHandler, IFlowEndpoint
{
    private readonly EventLoop _loop;
    private readonly FlowPlan _plan;
    private readonly FlowDirection _direction;
    private readonly LabRandom _random;
    private readonly double _gapNs;
    private double _onUntilNs;

    /// <summary>Schedules the flow's first packet.</summary>
    public UdpFlow(EventLoop loop, FlowPlan plan, FlowDirection direction, ulong seed)
    {
        _loop = loop;
        _plan = plan;
        _direction = direction;
        _random = new LabRandom(seed);
        double rate = plan.Pattern switch
        {
            ConstantTraffic constant => constant.BitsPerSecond,
            PoissonTraffic poisson => poisson.BitsPerSecond,
            OnOffTraffic onOff => onOff.PeakBitsPerSecond,
            _ => throw new ArgumentException($"{plan.Pattern} is not UDP", nameof(plan)),
        };
        _gapNs = plan.FrameBytes * 8e9 / rate;
        _onUntilNs = plan.Pattern is OnOffTraffic first
            ? plan.StartNs + _random.NextExponential(first.MeanOnNs)
            : double.PositiveInfinity;
        loop.Schedule(plan.StartNs + (long)(_random.NextUnit() * _gapNs), this);
    }

    /// <inheritdoc/>
    public void OnEvent(long arg)
    {
        long now = _loop.NowNs;
        if (now >= _plan.StopNs)
        {
            return;
        }

        _direction.SendUdp(_plan.FrameBytes, now);
        double next = now + (_plan.Pattern is PoissonTraffic ? _random.NextExponential(_gapNs) : _gapNs);
        if (next >= _onUntilNs && _plan.Pattern is OnOffTraffic onOff)
        {
            next = _onUntilNs + _random.NextExponential(onOff.MeanOffNs);
            _onUntilNs = next + _random.NextExponential(onOff.MeanOnNs);
        }

        if (next < _plan.StopNs)
        {
            _loop.Schedule((long)next, this);
        }
    }

    /// <inheritdoc/>
    public bool Receive(in ReceivedFrame frame, long nowNs) => _direction.Count(frame, nowNs);
}
