using System.Globalization;
using Telemetry.SoftSwitch.Compilation;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Interpretation;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Time;

namespace Telemetry.SoftSwitch.Tracing;

/// <summary>
/// The trace of one switch, for as long as someone reads it. Packets that are told of step by step are interpreted, on
/// the same state as the compiled code that runs all others: the oracle of tests, which gives the same outputs.
/// </summary>
internal sealed class Tracer(string switchName, EventLoop loop)
{
    private TraceSession[] _sessions = [];
    private long _packets;

    /// <summary>Where the program's source has its parts; set with the program.</summary>
    public SourceMap Sources { get; private set; } = new();

    public bool HasReaders => _sessions.Length > 0;

    /// <summary>True while a reader wants to be told of each packet, and not only of what goes wrong.</summary>
    public bool TellsPackets { get; private set; }

    public void Add(TraceSession session) => Set([.. _sessions, session]);

    public void Remove(TraceSession session) => Set([.. _sessions.Where(s => s != session)]);

    /// <summary>The stages of a program as they run while it is traced.</summary>
    public StageSet Observe(SwitchProgram program, StageSet compiled)
    {
        Sources = SourceMap.Read(program.Json);
        ProgramInterpreter interpreter = new(program.Model);
        int noError = program.Model.Errors.GetValueOrDefault("NoError");
        return new StageSet(
            (packet, state) =>
            {
                if (packet.Trace is not null)
                {
                    interpreter.Parse(packet, state);
                    return;
                }

                compiled.Parser(packet, state);
                if (packet.ParserError != noError || packet.ChecksumError)
                {
                    WriteFault(packet, program.Model);
                }
            },
            Choose(compiled.Ingress, interpreter.Ingress),
            Choose(compiled.Egress, interpreter.Egress),
            Choose(compiled.Deparser, interpreter.Deparse));
    }

    /// <summary>A packet begins; null when nobody wants to be told its steps.</summary>
    public PacketTrace? Begin(int ingressPort, ReadOnlySpan<byte> frame)
    {
        long id = _packets++;
        foreach (TraceSession session in _sessions)
        {
            if (session.DumpBytesOf(ingressPort) is > 0 and int bytes)
            {
                Write([session], TraceLevel.Info, PacketTrace.TagOf(id, 0), $"data {Convert.ToHexString(frame[..Math.Min(bytes, frame.Length)])}{(bytes < frame.Length ? "..." : "")}");
            }
        }

        TraceSession[] readers = Array.FindAll(_sessions, s => s.Accepts(ingressPort, loop.NowNs));
        if (readers.Length == 0)
        {
            return null;
        }

        PacketTrace trace = new(this, readers, id);
        trace.Received(ingressPort, frame.Length);
        return trace;
    }

    /// <summary>A line of the program, or of what happened to the switch.</summary>
    public void Tell(string text) => Write(_sessions, TraceLevel.Info, "", text);

    public void Write(TraceSession[] readers, TraceLevel level, string packet, string text)
    {
        string? line = null;
        foreach (TraceSession reader in readers)
        {
            if (reader.Level <= level)
            {
                reader.Sink.Write(line ??= string.Create(CultureInfo.InvariantCulture, $"[{loop.GetUtcNow():HH:mm:ss.ffffff}] [{switchName}] [{Letter(level)}] {packet}{text}"));
            }
        }
    }

    private void Set(TraceSession[] sessions)
    {
        _sessions = sessions;
        TellsPackets = Array.Exists(sessions, s => s.TellsPackets);
    }

    private static Stage Choose(Stage compiled, Stage interpreted) => (packet, state) =>
    {
        if (packet.Trace is null)
        {
            compiled(packet, state);
        }
        else
        {
            interpreted(packet, state);
        }
    };

    private static char Letter(TraceLevel level) => level switch
    {
        TraceLevel.Trace => 'T',
        TraceLevel.Debug => 'D',
        TraceLevel.Info => 'I',
        TraceLevel.Warn => 'W',
        _ => 'E',
    };

    /// <summary>What a packet without trace did wrong.</summary>
    private void WriteFault(PacketState packet, ProgramModel model)
    {
        TraceSession[] readers = Array.FindAll(_sessions, s => s.Covers(packet.IngressPort) && s.Sink.HasRoom);
        if (packet.ParserError != model.Errors.GetValueOrDefault("NoError"))
        {
            Write(readers, TraceLevel.Error, "", $"packet of port {packet.IngressPort}: parser error {PacketTrace.ErrorName(model, packet.ParserError)}");
        }

        if (packet.ChecksumError)
        {
            Write(readers, TraceLevel.Error, "", $"packet of port {packet.IngressPort}: wrong checksum");
        }
    }
}
