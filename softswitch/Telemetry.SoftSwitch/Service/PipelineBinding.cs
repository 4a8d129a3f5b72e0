using P4.Config.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Service;

/// <summary>What a P4Info calls by number, found in the program by name; made only when the two belong together.</summary>
internal sealed class PipelineBinding
{
    private readonly Dictionary<uint, BoundTable> _tables = [];
    private readonly Dictionary<uint, CounterDef> _counters = [];
    private readonly Dictionary<uint, MeterDef> _meters = [];
    private readonly Dictionary<uint, RegisterDef> _registers = [];

    /// <exception cref="P4InfoException">The P4Info belongs to another program; the message names what does not fit.</exception>
    public PipelineBinding(SwitchProgram program, P4InfoIndex info)
    {
        Info = info;
        ProgramModel model = program.Model;
        foreach (TableInfo table in info.Tables)
        {
            _tables[table.Id] = new BoundTable(table, Find(model.Tables, t => t.Name, table.Name, "table"));
        }

        foreach (CounterInfo counter in info.Counters)
        {
            _counters[counter.Id] = Find(model.Counters, c => c.Name, counter.Name, "counter");
        }

        foreach (CounterInfo counter in info.DirectCounters)
        {
            _counters[counter.Id] = Find(model.Counters, c => c.Name, counter.Name, "direct counter");
        }

        foreach (MeterInfo meter in info.Meters)
        {
            _meters[meter.Id] = Find(model.Meters, m => m.Name, meter.Name, "meter");
        }

        foreach (RegisterInfo register in info.Registers)
        {
            _registers[register.Id] = Find(model.Registers, r => r.Name, register.Name, "register");
        }

        PacketIn = info.PacketMetadata.FirstOrDefault(m => m.Name == "packet_in") is PacketMetadataInfo packetIn ? new PacketHeader(packetIn) : null;
        PacketOut = info.PacketMetadata.FirstOrDefault(m => m.Name == "packet_out") is PacketMetadataInfo packetOut ? new PacketHeader(packetOut) : null;
    }

    public P4InfoIndex Info { get; }

    /// <summary>Header in front of frames to and from the CPU port; null where the program has none.</summary>
    public PacketHeader? PacketIn { get; }

    public PacketHeader? PacketOut { get; }

    /// <summary>Tables in the order of the P4Info.</summary>
    public IEnumerable<BoundTable> Tables => Info.Tables.Select(t => _tables[t.Id]);

    public BoundTable Table(uint id) => _tables.TryGetValue(id, out BoundTable? table)
        ? table
        : throw EntityFault.NotFound($"no table has id {id}; tables: {Known(Info.Tables)}");

    public CounterDef Counter(uint id) => _counters.TryGetValue(id, out CounterDef? counter)
        ? counter
        : throw EntityFault.NotFound($"no counter has id {id}; counters: {Known(Info.Counters)}");

    public MeterDef Meter(uint id) => _meters.TryGetValue(id, out MeterDef? meter)
        ? meter
        : throw EntityFault.NotFound($"no meter has id {id}; meters: {Known(Info.Meters)}");

    public RegisterDef Register(uint id) => _registers.TryGetValue(id, out RegisterDef? register)
        ? register
        : throw EntityFault.NotFound($"no register has id {id}; registers: {Known(Info.Registers)}");

    private static string Known(IEnumerable<P4InfoObject> objects) => string.Join(", ", objects.Select(o => $"{o.Name} ({o.Id})"));

    private static T Find<T>(IReadOnlyList<T> items, Func<T, string> nameOf, string name, string kind) =>
        items.FirstOrDefault(i => nameOf(i) == name)
        ?? throw new P4InfoException($"{kind} {name} of the P4Info is not in the program; its {kind}s: {string.Join(", ", items.Select(nameOf))}");
}

/// <summary>A table with its key in the P4Info's order and its actions by P4Info id.</summary>
internal sealed class BoundTable
{
    private readonly Dictionary<uint, ActionDef> _actions = [];
    private readonly Dictionary<uint, (KeyDef Key, int Index)> _keys = [];

    public BoundTable(TableInfo info, TableDef definition)
    {
        Info = info;
        Definition = definition;
        if (info.MatchFields.Count != definition.Keys.Count)
        {
            throw new P4InfoException($"table {info.Name} has {info.MatchFields.Count} match fields in the P4Info and {definition.Keys.Count} keys in the program");
        }

        for (int i = 0; i < definition.Keys.Count; i++)
        {
            MatchFieldInfo field = info.MatchFields[i];
            KeyDef key = definition.Keys[i];
            bool kindsAgree = field.MatchType switch
            {
                MatchField.Types.MatchType.Exact => key.Kind == MatchKind.Exact,
                MatchField.Types.MatchType.Lpm => key.Kind == MatchKind.Lpm,
                MatchField.Types.MatchType.Range => key.Kind == MatchKind.Range,
                MatchField.Types.MatchType.Ternary or MatchField.Types.MatchType.Optional => key.Kind == MatchKind.Ternary,
                _ => false,
            };
            if (field.Width != key.Width || !kindsAgree)
            {
                throw new P4InfoException(
                    $"table {info.Name}, match field {field.Name}: {field.MatchType} of {field.Width} bits in the P4Info, {key.Name}: {key.Kind} of {key.Width} bits in the program");
            }

            _keys[field.Id] = (key, i);
        }

        foreach (ActionInfo action in info.Actions)
        {
            ActionDef known = definition.Actions.FirstOrDefault(a => a.Name == action.Name)
                ?? throw new P4InfoException($"table {info.Name} has no action {action.Name} in the program; its actions: {string.Join(", ", definition.Actions.Select(a => a.Name))}");
            if (known.Params.Count != action.Parameters.Count)
            {
                throw new P4InfoException($"action {action.Name} has {action.Parameters.Count} parameters in the P4Info and {known.Params.Count} in the program");
            }

            for (int i = 0; i < known.Params.Count; i++)
            {
                if (known.Params[i].Width != action.Parameters[i].Width)
                {
                    throw new P4InfoException(
                        $"action {action.Name}, parameter {action.Parameters[i].Name}: {action.Parameters[i].Width} bits in the P4Info, {known.Params[i].Width} in the program");
                }
            }

            _actions[action.Id] = known;
        }
    }

    public TableInfo Info { get; }

    public TableDef Definition { get; }

    public ActionDef Action(uint id) => _actions.TryGetValue(id, out ActionDef? action)
        ? action
        : throw EntityFault.Invalid($"table {Info.Name} has no action with id {id}; its actions: {string.Join(", ", Info.Actions.Select(a => $"{a.Name} ({a.Id})"))}");

    public (KeyDef Key, int Index) Key(uint fieldId) => _keys.TryGetValue(fieldId, out (KeyDef Key, int Index) key)
        ? key
        : throw EntityFault.Invalid($"table {Info.Name} has no match field with id {fieldId}; its match fields: {string.Join(", ", Info.MatchFields.Select(f => $"{f.Name} ({f.Id})"))}");
}
