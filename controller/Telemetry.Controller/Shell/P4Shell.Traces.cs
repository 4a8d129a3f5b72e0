using Telemetry.Controller.Client;
using Telemetry.Controller.Tracing;

namespace Telemetry.Controller.Shell;

/// <summary>Traces.</summary>
public sealed partial class P4Shell
{
    private readonly List<(ITraceSink Sink, IDisposable File, string Path)> _traces = [];

    private void AddTraces()
    {
        Add("trace", "FILE | stop | show FILE", "Write every message from now on into a file (.pcapng for Wireshark, else text); or show such a pcapng file", ShellArgument.Trace, TraceAsync);
        Add("replay", "FILE [--pace]", "Do to this switch what a pcapng trace says was done to one; --pace at the same times", ShellArgument.File, ReplayAsync);
    }

    /// <summary>Begins to write messages into a file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void BeginTrace(string path)
    {
        (ITraceSink sink, IDisposable file) = Open(path);
        _traces.Add((sink, file, path));
        _options.Trace.Add(sink);
    }

    private (ITraceSink Sink, IDisposable File) Open(string path)
    {
        if (Path.GetExtension(path).Equals(".pcapng", StringComparison.OrdinalIgnoreCase))
        {
            PcapngTrace pcapng = new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read));
            return (pcapng, pcapng);
        }

        TextTrace text = new(new StreamWriter(path) { AutoFlush = true }, _reader?.Program?.Index ?? _options.Program?.Index);
        return (text, text);
    }

    private async Task TraceAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        string[] words = line.Words;
        switch (words)
        {
            case ["stop"]:
                output.WriteLine(_traces.Count == 0 ? "no trace was running" : $"written: {string.Join(", ", _traces.Select(t => t.Path))}");
                EndTrace();
                break;
            case ["show", var path]:
                using (TextTrace text = new(new Uncloseable(output), _options.Program?.Index))
                {
                    foreach (TraceRecord record in TraceReader.Read(path))
                    {
                        cancellation.ThrowIfCancellationRequested();
                        text.Write(record);
                    }
                }

                break;
            case [var path]:
                if (IsDry(line))
                {
                    output.WriteLine($"would write every message into {path}");
                    return;
                }

                BeginTrace(path);
                output.WriteLine($"tracing into {path}, until trace stop");
                break;
            default:
                throw new ShellException("trace: expected FILE, stop, or show FILE");
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    private async Task ReplayAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        if (line.Rest.Length == 0)
        {
            throw new ShellException("replay: expected a pcapng trace");
        }

        IReadOnlyList<TraceRecord> records = TraceReader.Read(line.Rest);
        if (IsDry(line))
        {
            int calls = records.Count(r => r.Direction == TraceDirection.ToSwitch && r.Message is not null && (r.Method.EndsWith("/Write", StringComparison.Ordinal) || r.Method.EndsWith("/SetForwardingPipelineConfig", StringComparison.Ordinal)));
            output.WriteLine($"would send {calls} calls that write or set a program, of {records.Count} records");
            return;
        }

        P4Switch writer = await WriterAsync(cancellation).ConfigureAwait(false);
        ReplayReport report = await TraceReplay.ReplayAsync(writer, records, pace: line.Has("--pace") ? _options.Time : null, cancellation: cancellation).ConfigureAwait(false);
        foreach (string fault in report.Faults)
        {
            output.WriteLine(fault);
        }

        output.WriteLine($"replayed: {report.Pipelines} programs, {report.Updates} updates, {report.Packets} packets, {report.Faults.Count} calls failed");
        if (_reader is not null)
        {
            _reader.Program = writer.Program;
        }
    }

    private void EndTrace()
    {
        foreach ((ITraceSink sink, IDisposable file, string _) in _traces)
        {
            _options.Trace.Remove(sink);
            file.Dispose();
        }

        _traces.Clear();
    }

    /// <summary>A writer that outlives who writes to it.</summary>
    private sealed class Uncloseable(TextWriter inner) : TextWriter
    {
        public override System.Text.Encoding Encoding => inner.Encoding;

        public override void Write(char value) => inner.Write(value);

        public override void Write(string? value) => inner.Write(value);

        public override void WriteLine(string? value) => inner.WriteLine(value);
    }
}
