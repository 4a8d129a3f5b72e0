namespace Telemetry.Collector.Hosting;

/// <summary>A tier cannot start or go on for a reason outside the program: one line that names it, without a stack.</summary>
public sealed class HostFaultException : Exception
{
    /// <summary>Creates one.</summary>
    public HostFaultException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one around its cause.</summary>
    public HostFaultException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
