using System.CommandLine;
using Telemetry.Cli.Testing;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry test</c>: installs what the tests need and runs all of them.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        Option<string?> filter = new("--filter") { Description = "Only tests that match this dotnet test filter, e.g. FullyQualifiedName~Lab" };
        Command command = new("test", "Run every test; the last line is 'N passed, N failed, N skipped'") { filter };
        command.SetAction((parsed, cancellation) =>
            new TestRun(Checkout.Root(), Console.Out).RunAsync(parsed.GetValue(filter), cancellation));
        return command;
    }
}
