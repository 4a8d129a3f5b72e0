namespace Telemetry.P4Runtime.Values;

/// <summary>A value that its field cannot take; the message names the field, its width and the value.</summary>
public sealed class P4ValueException : FormatException
{
    public P4ValueException()
    {
    }

    public P4ValueException(string message)
        : base(message)
    {
    }

    public P4ValueException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>"hdr.ipv4.ttl (bit&lt;8&gt;): 300 needs 9 bits".</summary>
    public P4ValueException(ValueField field, string problem)
        : base(field.Width > 0 ? $"{field.Name} (bit<{field.Width}>): {problem}" : $"{field.Name} (string): {problem}")
    {
    }
}
