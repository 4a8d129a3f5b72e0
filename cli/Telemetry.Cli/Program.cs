using System.CommandLine;
using System.CommandLine.Invocation;
using Telemetry.Cli;
using Telemetry.Cli.Commands;

using Interrupt interrupt = new();
try
{
    // Its command line is simple_switch_grpc's, with a meaning of its own for "--".
    if (args is [SwitchCommand.Name, .. string[] rest])
    {
        return await SwitchCommand.RunAsync(rest, interrupt.Token).ConfigureAwait(false);
    }

    RootCommand root = new("In-band network telemetry for P4 labs")
    {
        LabCommand.Create(),
        SwitchCommand.Describe(),
        ControllerCommand.Create(),
        P4Command.Create(),
        TierCommand.CreateNode(),
        TierCommand.CreateCenter(),
        TierCommand.CreateDataCenter(),
        DecodeCommand.Create(),
        HistoryCommand.Create(),
        FeedCommand.Create(),
        StatusCommand.Create(),
        DevicesCommand.Create(),
        TuiCommand.Create(),
        TrainCommand.Create(),
        EvaluateCommand.Create(),
        BenchCommand.Create(),
        TestCommand.Create(),
    };
    InvocationConfiguration invocation = new()
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };
    ParseResult parsed = root.Parse(args);
    if (parsed.Action is ParseErrorAction refusal && args.Length > 0 && parsed.CommandResult.Command.Subcommands.Count == 0)
    {
        refusal.ShowHelp = false; // a page of help would bury the line that says what is wrong
    }

    return await parsed.InvokeAsync(invocation, interrupt.Token).ConfigureAwait(false);
}
catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
{
    return 130;
}
catch (Exception fault) when (Faults.Describe(fault) is { } text)
{
    await Console.Error.WriteLineAsync($"telemetry: {text}").ConfigureAwait(false);
    return 1;
}
