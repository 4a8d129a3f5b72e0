using System.CommandLine;
using Telemetry.SoftSwitch.Hosting;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry switch</c>: one embedded switch, with simple_switch_grpc's command line.</summary>
internal static class SwitchCommand
{
    public const string Name = "switch";

    /// <summary>Stands for the command in the list of commands; it parses its own arguments.</summary>
    public static Command Describe() => new(Name, "Run one embedded switch, with simple_switch_grpc's command line");

    public static Task<int> RunAsync(string[] arguments, CancellationToken cancellation) =>
        SwitchHost.RunAsync(arguments, Console.Out, Console.Error, cancellation);
}
