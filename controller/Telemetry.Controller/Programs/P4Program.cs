using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Inputs;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Programs;

/// <summary>A compiled P4 program: p4c's BMv2 JSON and the P4Info that belongs to it. Immutable.</summary>
public sealed class P4Program
{
    private InitialEntries? _initialEntries;

    internal P4Program(string name, string jsonPath, P4InfoIndex index, byte[] deviceConfig, ProgramDescription? description = null)
    {
        Description = description ?? ProgramDescription.FromTables(index);
        Name = name;
        JsonPath = jsonPath;
        Index = index;
        DeviceConfig = ByteString.CopyFrom(deviceConfig);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(deviceConfig);
        hash.AppendData(index.Info.ToByteArray());
        Cookie = BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset()) | 1; // never 0, which means none
    }

    /// <summary>File name of the JSON without its extension.</summary>
    public string Name { get; }

    /// <summary>Which tables play which part, and how its reports are read.</summary>
    public ProgramDescription Description { get; }

    /// <summary>Absolute path of the JSON; empty where the program came from a switch.</summary>
    public string JsonPath { get; }

    /// <summary>The P4Info, by name and id.</summary>
    public P4InfoIndex Index { get; }

    /// <summary>The JSON's bytes, as a switch gets them.</summary>
    public ByteString DeviceConfig { get; }

    /// <summary>What the program puts into its tables itself.</summary>
    internal InitialEntries InitialEntries => _initialEntries ??= InitialEntries.Of(this);

    /// <summary>Digest over both files, never 0: a switch that returns it runs this very program.</summary>
    public ulong Cookie { get; }

    /// <summary>
    /// Loads <c>NAME.json</c> with its <c>NAME.p4info.txtpb</c> (or <c>.txt</c>, <c>.bin</c>, <c>.json</c>, also
    /// <c>NAME.p4.p4info.*</c> as the tutorials write it).
    /// </summary>
    /// <param name="path">The JSON, or a folder that has exactly one program.</param>
    /// <param name="p4InfoPath">The P4Info where it has another name; null looks beside the JSON.</param>
    /// <exception cref="P4ProgramException">A file is missing, unreadable, or the two do not belong together.</exception>
    public static P4Program Load(string path, string? p4InfoPath = null)
    {
        List<InputFault> faults = [];
        P4Program? program = P4ProgramFiles.Load(path, p4InfoPath, faults);
        return program is null || faults.Count > 0 ? throw new P4ProgramException(faults) : program;
    }

    /// <summary>A table, to build entries for.</summary>
    /// <exception cref="P4InfoException">The program has no such table; the message lists those it has.</exception>
    public ProgramTable Table(string name) => new(Index, Index.Tables.Get(name));

    /// <summary>True if the program has a table of this full name.</summary>
    public bool HasTable(string name) => Index.Tables.TryGet(name, out TableInfo? table) && table.Name == name;

    /// <summary>Turns names into this program's ids.</summary>
    /// <exception cref="P4InfoException">The program has no such table, key, action or parameter, or a value does not fit; all faults in one message.</exception>
    public P4Entry Bind(EntrySpec spec) => Bind(spec, keyOnly: false);

    /// <summary>Like <see cref="Bind(EntrySpec)"/>, for an entry that is to be found or deleted: it needs no action.</summary>
    /// <exception cref="P4InfoException">As for <see cref="Bind(EntrySpec)"/>.</exception>
    public P4Entry BindKey(EntrySpec spec) => Bind(spec, keyOnly: true);

    private P4Entry Bind(EntrySpec spec, bool keyOnly)
    {
        List<string> faults = [];
        P4Entry? entry = EntryBinder.Bind(Index, spec, faults, keyOnly);
        return entry is null || faults.Count > 0 ? throw new P4InfoException(string.Join("; ", faults)) : entry;
    }
}
