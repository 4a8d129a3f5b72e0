namespace Telemetry.SoftSwitch.Tracing;

/// <summary>Takes the lines of a trace, on the switch's thread; it must not block.</summary>
public interface ITraceSink
{
    /// <summary>False to leave out whole packets until there is room again.</summary>
    bool HasRoom { get; }

    /// <summary>Takes a line.</summary>
    void Write(string line);

    /// <summary>A packet was left out.</summary>
    void Skip();
}
