using System.CommandLine;
using Telemetry.Collector.Security;
using Telemetry.Tui;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry tui</c>: the terminal UI of a running data center.</summary>
internal static class TuiCommand
{
    public static Command Create()
    {
        Option<string> address = new("--connect") { Description = "HOST:PORT of the data center", DefaultValueFactory = _ => "127.0.0.1:5502" };
        Option<bool> ascii = new("--ascii") { Description = "Draw with ASCII characters only" };
        Option<string?> log = new("--log") { Description = "File for log lines" };
        Command command = new("tui", "Show a running data center's fabric in the terminal") { address, ascii, log };
        TlsArguments tls = new(command, serves: false);
        command.SetAction((parsed, cancellation) =>
        {
            TlsOptions? certificates = tls.Read(parsed);
            Uri url = Address(parsed.GetRequiredValue(address), certificates);
            return Task.FromResult(TuiApp.Run(
                new TuiOptions
                {
                    Address = url,
                    Dial = certificates is null ? null : () => Channels.Create(url.AbsoluteUri, certificates),
                    Ascii = parsed.GetValue(ascii),
                    LogFile = parsed.GetValue(log),
                },
                cancellation));
        });
        return command;
    }

    private static Uri Address(string text, TlsOptions? tls) =>
        Uri.TryCreate(TlsArguments.Url(text, tls), UriKind.Absolute, out Uri? address)
            && address.Port > 0 && address.Host.Length > 0
            ? address
            : throw new CommandException($"--connect {text}: host:port expected, e.g. 127.0.0.1:5502");
}
