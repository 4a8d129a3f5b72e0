using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using P4.Config.V1;
using Telemetry.Controller.Inputs;

namespace Telemetry.Controller.Programs;

/// <summary>A compiled P4 program: p4c's BMv2 JSON and the P4Info that belongs to it. Immutable.</summary>
public sealed class P4Program
{
    internal P4Program(string name, string jsonPath, P4Info info, byte[] deviceConfig)
    {
        Name = name;
        JsonPath = jsonPath;
        Info = info;
        DeviceConfig = ByteString.CopyFrom(deviceConfig);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(deviceConfig);
        hash.AppendData(info.ToByteArray());
        Cookie = BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset()) | 1; // never 0, which means none
    }

    /// <summary>File name of the JSON without its extension.</summary>
    public string Name { get; }

    /// <summary>Absolute path of the JSON.</summary>
    public string JsonPath { get; }

    /// <summary>The P4Info.</summary>
    public P4Info Info { get; }

    /// <summary>The JSON's bytes, as a switch gets them.</summary>
    public ByteString DeviceConfig { get; }

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
}
