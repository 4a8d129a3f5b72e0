using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Values;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>What a P4Info calls by number, found in the program by name; made only when the two belong together.</summary>
internal sealed class PipelineBinding
{
    private readonly Dictionary<uint, BoundTable> _tables = [];
    private readonly Dictionary<uint, BoundProfile> _profiles = [];
    private readonly Dictionary<uint, CounterDef> _counters = [];
    private readonly Dictionary<uint, BoundMeter> _meters = [];
    private readonly Dictionary<uint, BoundRegister> _registers = [];
    private readonly Dictionary<uint, BoundValueSet> _valueSets = [];
    private readonly Dictionary<uint, BoundDigest> _digests = [];

    /// <summary>Tables of the P4Info that the program does not have.</summary>
    private readonly HashSet<uint> _removed;

    /// <exception cref="P4InfoException">The P4Info belongs to another program; the message names what does not fit.</exception>
    public PipelineBinding(SwitchProgram program, P4InfoIndex info, int cpuPort, IReadOnlyDictionary<string, int> portNames)
    {
        Info = info;
        ProgramModel model = program.Model;
        Translations = new Translations(info.Info.TypeInfo, cpuPort, portNames);
        _removed = RemovedByCompiler(info, model);
        foreach (TableInfo table in info.Tables.Where(t => !_removed.Contains(t.Id)))
        {
            _tables[table.Id] = new BoundTable(table, Find(model.Tables, t => t.Name, table.Name, "table"), info, Translations);
        }

        foreach (ActionProfileInfo profile in info.ActionProfiles.Where(p => p.Source.TableIds.Count == 0 || p.Source.TableIds.Any(id => !_removed.Contains(id))))
        {
            BindProfile(profile, model);
        }

        foreach (CounterInfo counter in info.Counters.Concat(info.DirectCounters).Where(c => !_removed.Contains(c.TableId)))
        {
            _counters[counter.Id] = Find(model.Counters, c => c.Name, counter.Name, counter.IsDirect ? "direct counter" : "counter");
        }

        foreach (MeterInfo meter in info.Meters.Concat(info.DirectMeters).Where(m => !_removed.Contains(m.TableId)))
        {
            _meters[meter.Id] = new BoundMeter(meter, Find(model.Meters, m => m.Name, meter.Name, meter.IsDirect ? "direct meter" : "meter"));
        }

        foreach (RegisterInfo register in info.Registers)
        {
            RegisterDef definition = Find(model.Registers, r => r.Name, register.Name, "register");
            DataCodec data = DataCodec.Make($"register {register.Name}", register.Source.TypeSpec, info, Translations, new Queue<int>([definition.Width]));
            _registers[register.Id] = new BoundRegister(register, definition, data);
        }

        foreach (ValueSetInfo set in info.ValueSets)
        {
            BindValueSet(set, model);
        }

        foreach (DigestInfo digest in info.Digests)
        {
            BindDigest(digest, model);
        }

        PacketIn = info.PacketMetadata.FirstOrDefault(m => m.Name == "packet_in") is PacketMetadataInfo packetIn ? new PacketHeader(packetIn, model, Translations) : null;
        PacketOut = info.PacketMetadata.FirstOrDefault(m => m.Name == "packet_out") is PacketMetadataInfo packetOut ? new PacketHeader(packetOut, model, Translations) : null;
    }

    public P4InfoIndex Info { get; }

    public Translations Translations { get; }

    /// <summary>Header in front of frames to and from the CPU port; null where the program has none.</summary>
    public PacketHeader? PacketIn { get; }

    public PacketHeader? PacketOut { get; }

    /// <summary>Tables in the order of the P4Info.</summary>
    public IEnumerable<BoundTable> Tables => Info.Tables.Where(t => !_removed.Contains(t.Id)).Select(t => _tables[t.Id]);

    public IEnumerable<BoundProfile> Profiles => _profiles.Values;

    public IEnumerable<BoundValueSet> ValueSets => _valueSets.Values;

    public IEnumerable<BoundDigest> Digests => _digests.Values;

    public BoundTable Table(uint id) => _tables.TryGetValue(id, out BoundTable? table) ? table
        : throw (_removed.Contains(id)
            ? EntityFault.NotFound($"table {Info.Tables.Get(id).Name} is not in the program: the compiler left it out, since no packet can reach it")
            : Unknown("table", id, Info.Tables));

    /// <summary>The table; null when there is none with this id.</summary>
    public BoundTable? TryTable(uint id) => _tables.GetValueOrDefault(id);

    public BoundProfile Profile(uint id) => _profiles.TryGetValue(id, out BoundProfile? profile) ? profile : throw Unknown("action profile", id, Info.ActionProfiles);

    public CounterDef Counter(uint id) => _counters.TryGetValue(id, out CounterDef? counter) && !counter.IsDirect ? counter : throw Unknown("counter", id, Info.Counters);

    public BoundMeter Meter(uint id) => _meters.TryGetValue(id, out BoundMeter? meter) && !meter.Info.IsDirect ? meter : throw Unknown("meter", id, Info.Meters);

    /// <summary>The meters of a table's entries; the table has them.</summary>
    public BoundMeter DirectMeter(BoundTable table) => _meters[table.Info.DirectMeter!.Id];

    public BoundRegister Register(uint id) => _registers.TryGetValue(id, out BoundRegister? register) ? register : throw Unknown("register", id, Info.Registers);

    public BoundValueSet ValueSet(uint id) => _valueSets.TryGetValue(id, out BoundValueSet? set) ? set : throw Unknown("value set", id, Info.ValueSets);

    public BoundDigest Digest(uint id) => _digests.TryGetValue(id, out BoundDigest? digest) ? digest : throw Unknown("digest", id, Info.Digests);

    /// <summary>
    /// p4c writes tables into the P4Info that it then removes from the program, being out of reach. A program with tables
    /// that the P4Info does not know is another program: then nothing may be missing.
    /// </summary>
    private static HashSet<uint> RemovedByCompiler(P4InfoIndex info, ProgramModel model)
    {
        HashSet<string> described = [.. info.Tables.Select(t => t.Name)];
        HashSet<string> present = [.. model.Tables.Select(t => t.Name)];
        bool isForeign = present.Any(t => !described.Contains(t) && !IsCompilersOwn(t));
        return isForeign ? [] : [.. info.Tables.Where(t => !present.Contains(t.Name)).Select(t => t.Id)];
    }

    /// <summary>True for tables that p4c makes of statements.</summary>
    private static bool IsCompilersOwn(string table) => table.StartsWith("tbl_", StringComparison.Ordinal);

    private static EntityFault Unknown(string kind, uint id, IEnumerable<P4InfoObject> known)
    {
        string names = string.Join(", ", known.Take(20).Select(o => $"{o.Name} ({o.Id})"));
        return EntityFault.NotFound($"no {kind} has id {id}; {kind}s: {(names.Length == 0 ? "none" : names)}");
    }

    private static T Find<T>(IReadOnlyList<T> items, Func<T, string> nameOf, string name, string kind) =>
        items.FirstOrDefault(i => nameOf(i) == name)
        ?? throw new P4InfoException($"{kind} {name} of the P4Info is not in the program; its {kind}s: {string.Join(", ", items.Select(nameOf).Where(n => !IsCompilersOwn(n)))}");

    private void BindProfile(ActionProfileInfo profile, ProgramModel model)
    {
        ActionProfileDef definition = Find(model.ActionProfiles, p => p.Name, profile.Name, "action profile");
        if (profile.IsSelector && definition.Selector is null)
        {
            throw new P4InfoException($"action profile {profile.Name} has a selector in the P4Info and none in the program");
        }

        BoundTable table = profile.Source.TableIds.Where(_tables.ContainsKey).Select(id => _tables[id]).FirstOrDefault()
            ?? throw new P4InfoException($"action profile {profile.Name} has no table in the P4Info");
        _profiles[profile.Id] = new BoundProfile(profile, definition, new BoundActions($"action profile {profile.Name}", table.Info, table.Definition, Info, Translations));
    }

    private void BindValueSet(ValueSetInfo set, ProgramModel model)
    {
        ValueSetDef definition = Find(model.ValueSets, s => s.Name, set.Name, "value set");
        IReadOnlyList<int> widths = definition.PartWidths.Count > 0 ? definition.PartWidths : [.. set.MatchFields.Select(f => f.Width)];
        BoundMatch match = new($"value set {set.Name}", [.. set.MatchFields], [.. widths.Select((w, i) => ($"part {i}", w, (MatchKind?)null))], Translations);
        _valueSets[set.Id] = new BoundValueSet(set, definition, match);
    }

    private void BindDigest(DigestInfo digest, ProgramModel model)
    {
        DigestDef definition = Find(model.Digests, d => d.Name, digest.Name, "digest");
        int[] widths = [.. definition.Fields.Select(f => f.Width)];
        DataCodec data = DataCodec.Make($"digest {digest.Name}", digest.Source.TypeSpec, Info, Translations, new Queue<int>(widths));
        if (data.Leaves != widths.Length)
        {
            throw new P4InfoException($"digest {digest.Name} has {data.Leaves} values in the P4Info and {widths.Length} in the program");
        }

        _digests[digest.Id] = new BoundDigest(digest, definition, data, widths);
    }
}
