using System.Security.Cryptography;
using Telemetry.SoftSwitch.Compilation;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Interpretation;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Programs.Reading;

namespace Telemetry.SoftSwitch.Programs;

/// <summary>A P4 program compiled to .NET code; immutable, shared by every switch that runs it.</summary>
public sealed class SwitchProgram
{
    /// <summary>Programs in use by their hash: a controller that pushes ever new ones must not fill the memory.</summary>
    private static readonly Dictionary<string, WeakReference<SwitchProgram>> Cache = [];

    private SwitchProgram(string contentHash, byte[] json, bool interpreted = false)
    {
        ContentHash = contentHash;
        Json = json;
        Model = ProgramReader.Read(json);
        List<string> faults = [];
        Parser = new ParserCompiler(new CodeContext(Model, faults)).Compile();
        Ingress = new PipelineCompiler(new CodeContext(Model, faults)).Compile(Model.Ingress);
        Egress = new PipelineCompiler(new CodeContext(Model, faults)).Compile(Model.Egress);
        Deparser = new DeparserCompiler(new CodeContext(Model, faults)).Compile();
        if (faults.Count > 0)
        {
            throw new ProgramException(faults);
        }

        if (interpreted)
        {
            ProgramInterpreter interpreter = new(Model);
            (Parser, Ingress, Egress, Deparser) = (interpreter.Parse, interpreter.Ingress, interpreter.Egress, interpreter.Deparse);
        }

        FieldListSlots = Model.FieldLists.ToDictionary(l => l.Key, l => l.Value.SelectMany(SlotsOf).ToArray());
        MaxHeaderBytes = Model.DeparserOrder.Sum(h => h.Type.MaxBytes) + 8;
        MaxScratchBytes = Model.Checksums.Select(c => c.Calculation)
            .Concat(Model.Actions.SelectMany(a => a.Primitives).OfType<HashStep>().Select(h => h.Calculation))
            .Concat(Model.Parser.States.SelectMany(s => s.Ops).OfType<PrimitiveOp>().Select(p => p.Primitive).OfType<HashStep>().Select(h => h.Calculation))
            .Concat(Model.ActionProfiles.Select(p => p.Selector).OfType<CalculationDef>())
            .Select(CalculationCompiler.MaxBytes).DefaultIfEmpty(0).Max();
    }

    /// <summary>SHA-256 of the JSON bytes, in hexadecimal: equal programs are one object.</summary>
    public string ContentHash { get; }

    /// <summary>Name of the source file that p4c wrote into the JSON.</summary>
    public string Name => Model.Name;

    /// <summary>Names of the tables, in the program's order, those that the compiler made up included.</summary>
    public IReadOnlyList<string> TableNames => [.. Model.Tables.Select(t => t.Name)];

    internal byte[] Json { get; }

    internal ProgramModel Model { get; }

    /// <summary>Words of the fields of each list, by its id.</summary>
    internal IReadOnlyDictionary<int, int[]> FieldListSlots { get; }

    internal Stage Parser { get; }

    internal Stage Ingress { get; }

    internal Stage Egress { get; }

    internal Stage Deparser { get; }

    private int MaxHeaderBytes { get; }

    private int MaxScratchBytes { get; }

    /// <summary>Reads and compiles the BMv2 JSON that p4c wrote, or returns the program already compiled from the same bytes.</summary>
    /// <exception cref="ProgramException">The program needs something that the switch lacks, or is no BMv2 JSON.</exception>
    public static SwitchProgram Load(ReadOnlySpan<byte> json)
    {
        string hash = Convert.ToHexString(SHA256.HashData(json));
        lock (Cache)
        {
            if (Cache.TryGetValue(hash, out WeakReference<SwitchProgram>? known) && known.TryGetTarget(out SwitchProgram? program))
            {
                return program;
            }

            foreach (string dead in Cache.Where(c => !c.Value.TryGetTarget(out _)).Select(c => c.Key).ToList())
            {
                Cache.Remove(dead);
            }

            program = new SwitchProgram(hash, json.ToArray());
            Cache[hash] = new WeakReference<SwitchProgram>(program);
            return program;
        }
    }

    /// <summary>A program that is interpreted instead of compiled, and shared with nobody: the oracle of tests.</summary>
    /// <exception cref="ProgramException">As <see cref="Load"/>.</exception>
    internal static SwitchProgram Interpret(ReadOnlySpan<byte> json) => new("interpreted", json.ToArray(), interpreted: true);

    private static int[] SlotsOf(FieldExpr field)
    {
        int slot = ((FixedHeader)field.Header).Header.Slot + field.Field.Slot;
        return [.. Enumerable.Range(slot, field.Field.Words)];
    }

    internal SwitchState CreateState(int dropPort, ulong seed, Action<string>? log) => new(Model, MaxHeaderBytes, MaxScratchBytes, dropPort, seed, log);
}
