namespace Telemetry.Controller.Inputs;

/// <summary>One thing wrong in a file that the user gave.</summary>
/// <param name="File">Path as the user would open it.</param>
/// <param name="Line">Line from 1; 0 when the fault has no line.</param>
/// <param name="Place">JSON path such as <c>links[3][1]</c>, or empty for the whole file.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record InputFault(string File, int Line, string Place, string Message)
{
    /// <summary><c>file:line: place: message</c>, without the parts that are not known.</summary>
    public override string ToString()
    {
        string where = Line > 0 ? $"{File}:{Line}: " : $"{File}: ";
        return Place.Length > 0 ? $"{where}{Place}: {Message}" : where + Message;
    }
}
