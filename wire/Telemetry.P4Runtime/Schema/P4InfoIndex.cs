using Google.Protobuf;
using P4.Config.V1;
using Telemetry.P4Runtime.Text;

namespace Telemetry.P4Runtime.Schema;

/// <summary>The objects of a P4 program as its P4Info lists them; immutable, safe to share between threads.</summary>
public sealed class P4InfoIndex
{
    /// <summary>Builds the index; <paramref name="info"/> must not be changed afterwards.</summary>
    /// <exception cref="P4InfoException">Duplicate or missing ids or names, or a reference to an object that is not there.</exception>
    public P4InfoIndex(P4Info info)
    {
        ArgumentNullException.ThrowIfNull(info);
        Info = info;
        Actions = new("action", info.Actions.Select(a => new ActionInfo(a, info.TypeInfo)));
        ActionProfiles = new("action profile", info.ActionProfiles.Select(p => new ActionProfileInfo(p)));
        Counters = new("counter", info.Counters.Select(c => new CounterInfo(c)));
        DirectCounters = new("direct counter", info.DirectCounters.Select(c => new CounterInfo(c)));
        Meters = new("meter", info.Meters.Select(m => new MeterInfo(m)));
        DirectMeters = new("direct meter", info.DirectMeters.Select(m => new MeterInfo(m)));
        Registers = new("register", info.Registers.Select(r => new RegisterInfo(r)));
        Digests = new("digest", info.Digests.Select(d => new DigestInfo(d)));
        ValueSets = new("value set", info.ValueSets.Select(s => new ValueSetInfo(s, info.TypeInfo)));
        Externs = new("extern", info.Externs.SelectMany(e => e.Instances.Select(i => new ExternInfo(e, i))));
        PacketMetadata = new("packet metadata", info.ControllerPacketMetadata.Select(m => new PacketMetadataInfo(m, info.TypeInfo)));
        Tables = new("table", info.Tables.Select(t => new TableInfo(t, Actions, info.TypeInfo)));
        foreach (var counter in DirectCounters)
            Tables.Get(counter.TableId).DirectCounter = counter;
        foreach (var meter in DirectMeters)
            Tables.Get(meter.TableId).DirectMeter = meter;
        foreach (var table in Tables.Where(t => t.Source.ImplementationId != 0))
            table.Implementation = ActionProfiles.Get(table.Source.ImplementationId);
        HasTranslatedStrings = Tables.Any(t => t.MatchFields.Any(f => f.Width == 0)) || Actions.Any(a => a.Parameters.Any(p => p.Width == 0));
    }

    public P4Info Info { get; }

    public NameIndex<TableInfo> Tables { get; }

    public NameIndex<ActionInfo> Actions { get; }

    public NameIndex<ActionProfileInfo> ActionProfiles { get; }

    public NameIndex<CounterInfo> Counters { get; }

    public NameIndex<CounterInfo> DirectCounters { get; }

    public NameIndex<MeterInfo> Meters { get; }

    public NameIndex<MeterInfo> DirectMeters { get; }

    public NameIndex<RegisterInfo> Registers { get; }

    public NameIndex<DigestInfo> Digests { get; }

    public NameIndex<ValueSetInfo> ValueSets { get; }

    /// <summary>Instances of externs of other architectures.</summary>
    public NameIndex<ExternInfo> Externs { get; }

    /// <summary>A key or a parameter is a string for the controller (p4runtime_translation).</summary>
    public bool HasTranslatedStrings { get; }

    /// <summary>"packet_in" and "packet_out", where the program has them.</summary>
    public NameIndex<PacketMetadataInfo> PacketMetadata { get; }

    /// <summary>Reads a file: .json as JSON, .bin and .pb as binary, anything else as text format.</summary>
    /// <exception cref="P4InfoException">The content is no P4Info; names the file and the place.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static P4InfoIndex Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".JSON" => FromJson(File.ReadAllText(path)),
                ".BIN" or ".PB" => FromBinary(File.ReadAllBytes(path)),
                _ => FromText(File.ReadAllText(path)),
            };
        }
        catch (P4InfoException e)
        {
            throw new P4InfoException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads text format, as p4c writes with --p4runtime-files x.txtpb.</summary>
    /// <exception cref="P4InfoException">The text is no P4Info; line:column and what was expected.</exception>
    public static P4InfoIndex FromText(string text)
    {
        try
        {
            return new P4InfoIndex(ProtoText.Parse<P4Info>(text));
        }
        catch (TextFormatException e)
        {
            throw new P4InfoException(e.Message, e);
        }
    }

    /// <summary>Reads protobuf's JSON.</summary>
    /// <exception cref="P4InfoException">The text is no P4Info.</exception>
    public static P4InfoIndex FromJson(string json)
    {
        try
        {
            return new P4InfoIndex(JsonParser.Default.Parse<P4Info>(json));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new P4InfoException(e.Message, e);
        }
    }

    /// <summary>Reads protobuf's binary form.</summary>
    /// <exception cref="P4InfoException">The bytes are no P4Info.</exception>
    public static P4InfoIndex FromBinary(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new P4InfoIndex(P4Info.Parser.ParseFrom(bytes));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new P4InfoException(e.Message, e);
        }
    }
}
