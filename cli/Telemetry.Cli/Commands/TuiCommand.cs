using System.CommandLine;
using Telemetry.Tui;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry tui</c>: the terminal UI of a running data center.</summary>
internal static class TuiCommand
{
    public static Command Create()
    {
        Option<string> address = new("--connect") { Description = "host:port of the data center", Required = true };
        Option<bool> ascii = new("--ascii") { Description = "Draw with ASCII characters only" };
        Option<string?> log = new("--log") { Description = "File for log lines" };
        Command command = new("tui", "Show a running data center's fabric in the terminal") { address, ascii, log };
        command.SetAction((parsed, cancellation) => Task.FromResult(TuiApp.Run(
            new TuiOptions
            {
                Address = Address(parsed.GetRequiredValue(address)),
                Ascii = parsed.GetValue(ascii),
                LogFile = parsed.GetValue(log),
            },
            cancellation)));
        return command;
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? address)
            && address.Port > 0 && address.Host.Length > 0
            ? address
            : throw new CommandException($"--connect {text}: host:port expected, e.g. 127.0.0.1:7300");
}
