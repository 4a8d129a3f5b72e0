namespace Telemetry.SoftSwitch.Time;

/// <summary>Receives the events that it scheduled on an <see cref="EventLoop"/>, on the loop's thread.</summary>
public interface ILoopHandler
{
    /// <summary>Runs one event; <see cref="EventLoop.NowNs"/> is the time it was scheduled for.</summary>
    /// <param name="arg">The value given to <see cref="EventLoop.Schedule"/>.</param>
    void OnEvent(long arg);
}
