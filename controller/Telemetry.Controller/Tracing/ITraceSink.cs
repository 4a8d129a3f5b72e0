namespace Telemetry.Controller.Tracing;

/// <summary>Takes what goes over the wire, from any thread, in the order that it went.</summary>
public interface ITraceSink
{
    /// <summary>Takes one record; must not throw for what stands in it.</summary>
    void Write(TraceRecord record);
}
