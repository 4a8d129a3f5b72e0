using System.CommandLine;
using Telemetry.Cli;
using Telemetry.Cli.Commands;

RootCommand root = new("In-band network telemetry for P4 labs")
{
    TestCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
}
catch (OperationCanceledException)
{
    return 130;
}
catch (CommandException fault)
{
    await Console.Error.WriteLineAsync($"telemetry: {fault.Message}").ConfigureAwait(false);
    return 1;
}
