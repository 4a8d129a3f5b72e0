namespace Telemetry.Controller.Programs;

/// <summary>Names of a program where plans have those of p4/int; what is not listed has the same name.</summary>
/// <param name="Table">Table of the program.</param>
/// <param name="Keys">Its keys by the keys of plans.</param>
/// <param name="Actions">Its actions by those of plans, each with its parameters.</param>
internal sealed record ProgramPart(
    string Table,
    IReadOnlyDictionary<string, string> Keys,
    IReadOnlyDictionary<string, (string Name, IReadOnlyDictionary<string, string> Parameters)> Actions)
{
    /// <summary>A table that has the names of plans.</summary>
    public static ProgramPart Same(string table) => new(
        table, new Dictionary<string, string>(), new Dictionary<string, (string, IReadOnlyDictionary<string, string>)>());
}
