namespace Telemetry.Controller.Shell;

/// <summary>One command of the shell.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Usage">What may follow.</param>
/// <param name="Help">What it does, in one line.</param>
/// <param name="Argument">What completion offers after it.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record ShellCommand(
    string Name, string Usage, string Help, ShellArgument Argument, Func<ShellLine, TextWriter, CancellationToken, Task> RunAsync);
