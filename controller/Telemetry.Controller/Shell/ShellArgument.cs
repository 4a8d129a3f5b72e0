namespace Telemetry.Controller.Shell;

/// <summary>What a command is followed by.</summary>
internal enum ShellArgument
{
    Nothing,
    Command,
    Table,
    Entry,
    Object,
    Counter,
    Meter,
    Register,
    Profile,
    Digest,
    ValueSet,
    Packet,
    File,
    ProgramAndFile,
    Trace,
}
