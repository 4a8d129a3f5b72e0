using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Telemetry.Cli.Isolation;
using Telemetry.Lab.Mininet;

namespace Telemetry.Cli.Commands;

internal static partial class LabCommand
{
    private static readonly Argument<string?> s_attachTo = new("lab")
    {
        Description = "Name of the lab's folder, as the lab says it at its start; not needed where one lab runs",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> s_attachRun = new("--run")
    {
        Description = "Shell command to run there; without it a shell",
        DefaultValueFactory = _ => "",
    };

    private static Command AttachCommand()
    {
        Command command = new("attach", "A shell, or a command, inside a lab that runs in Mininet; 'lab' and the hosts' names are commands there")
        {
            s_attachTo, s_attachRun,
        };
        command.SetAction(AttachAsync);
        return command;
    }

    private static async Task<int> AttachAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string? name = parsed.GetValue(s_attachTo);
        string[] running = [.. LabFolder.Running().Where(f => name is null || Path.GetFileName(f) == name)];
        if (running.Length != 1)
        {
            string known = string.Join(", ", LabFolder.Running().Select(Path.GetFileName));
            throw new CommandException(known.Length == 0
                ? "no lab runs in Mininet"
                : $"{(name is null ? "several labs run" : $"no lab {name} runs")}; name one of {known}");
        }

        int inside = LabFolder.ProcessInside(running[0]) ?? throw new CommandException($"{running[0]} is still starting");
        ProcessStartInfo start = new("/usr/bin/nsenter",
        [
            "-t", inside.ToString(CultureInfo.InvariantCulture), "-n", "-p", "-m", "--", "/bin/bash",
            .. LabShell.Arguments(parsed.GetRequiredValue(s_attachRun)),
        ]);
        LabShell.Prepare(start.Environment, running[0]);
        using Process shell = Process.Start(start) ?? throw new CommandException("cannot start nsenter");
        await shell.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return shell.ExitCode;
    }
}
