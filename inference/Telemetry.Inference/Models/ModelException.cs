namespace Telemetry.Inference.Models;

/// <summary>A model file or its card cannot be used; the message is one line for people.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Creates it with a message.</summary>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with a message and what lies beneath.</summary>
    public ModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates it without details.</summary>
    public ModelException()
        : base("the model cannot be used")
    {
    }
}
