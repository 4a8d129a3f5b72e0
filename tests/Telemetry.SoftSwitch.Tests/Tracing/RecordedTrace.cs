using System.Text.RegularExpressions;
using Telemetry.SoftSwitch.Tracing;

namespace Telemetry.SoftSwitch.Tests.Tracing;

/// <summary>Keeps the lines of a trace, without time and name.</summary>
internal sealed partial class RecordedTrace(bool hasRoom = true) : ITraceSink
{
    public bool HasRoom { get; set; } = hasRoom;

    public List<string> Lines { get; } = [];

    public int Skipped { get; private set; }

    public void Write(string line) => Lines.Add(Prefix().Replace(line, ""));

    public void Skip() => Skipped++;

    [GeneratedRegex(@"^\[\d\d:\d\d:\d\d\.\d{6}\] \[[^\]]*\] ")]
    private static partial Regex Prefix();
}
