using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Telemetry.Cli.Terminal;
using Telemetry.Controller.Client;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Shell;
using Telemetry.Controller.Tracing;
using Telemetry.Lab.Running;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry p4</c>: a shell for one switch, and its commands one at a time.</summary>
internal static class P4Command
{
    private const string DefaultAddress = "127.0.0.1:9559";

    public static Command Create()
    {
        Option<string> address = new("--address") { Description = "HOST:PORT of the switch's P4Runtime", DefaultValueFactory = _ => DefaultAddress };
        Option<ulong> device = new("--device-id") { Description = "P4Runtime device id" };
        Option<string?> program = new("--program") { Description = "Program that the switch is to run (folder, JSON, or a name in p4/); by default the switch is asked" };
        Option<string> election = new("--election-id") { Description = "Claimed by what writes or receives packets; the highest of a switch's clients is primary", DefaultValueFactory = _ => "1" };
        Option<string> role = new("--role") { Description = "P4Runtime role; empty is the default one", DefaultValueFactory = _ => "" };
        Option<string?> trace = new("--trace") { Description = "Write every message into a file: .pcapng for Wireshark, else text" };
        Option<bool> json = new("--json") { Description = "Print JSON" };
        Option<bool> dryRun = new("--dry-run") { Description = "Show what would be done, and do nothing" };
        Argument<string[]> line = new("command")
        {
            Description = "A command of the shell with its arguments, in quotes where the system's shell would read them (telemetry p4 help lists them); none begins the shell, or reads commands from a pipe",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Command command = new("p4", "Look at and program one switch: a shell, or one command")
        {
            address, device, program, election, role, trace, json, dryRun, line,
        };
        SwitchTlsArguments tls = new(command, "--tls");
        command.TreatUnmatchedTokensAsErrors = false; // options of the shell's commands
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!UInt128.TryParse(parsed.GetValue(election), out UInt128 electionId) || electionId == 0)
            {
                throw new CommandException($"--election-id {parsed.GetValue(election)}: expected a number above 0");
            }

            string at = parsed.GetValue(address)!;
            P4SwitchOptions client = new()
            {
                Name = at,
                DeviceId = parsed.GetValue(device),
                Role = parsed.GetValue(role)!,
                Tls = tls.Read(parsed),
            };
            TraceTap tap = new();
            ShellOptions options = new()
            {
                Connect = (id, token) => ConnectAsync(client with { ElectionId = id }, at, tap, token),
                LoadProgram = Load,
                Program = parsed.GetValue(program) is { } path ? Load(path) : null,
                ElectionId = electionId,
                Json = parsed.GetValue(json),
                DryRun = parsed.GetValue(dryRun),
                Trace = tap,
            };
            await using P4Shell shell = new(options);
            if (parsed.GetValue(trace) is { } file)
            {
                shell.BeginTrace(file);
            }

            string typed = Line(parsed, tls);
            return typed.Length > 0 ? await ShellRun.OneAsync(shell, typed, cancellation).ConfigureAwait(false)
                : Console.IsInputRedirected ? await ShellRun.ScriptAsync(shell, Console.In, cancellation).ConfigureAwait(false)
                : await ShellRun.InteractiveAsync(shell, at, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Everything behind the command's own options, as it was typed.</summary>
    private static string Line(ParseResult parsed, SwitchTlsArguments tls)
    {
        HashSet<string> known = ["--address", "--device-id", "--program", "--election-id", "--role", "--trace", .. tls.WithValue];
        List<string> words = [];
        bool begun = false;
        IReadOnlyList<Token> tokens = parsed.Tokens;
        for (int i = 1; i < tokens.Count; i++)
        {
            string word = tokens[i].Value;
            if (known.Contains(word))
            {
                i++; // with its value
            }
            else if (begun || !word.StartsWith('-'))
            {
                begun = true;
                words.Add(word);
            }
            else if (word is not ("--json" or "--dry-run") && word != tls.Flag)
            {
                throw new CommandException($"p4: no option {word} before the command; see telemetry p4 --help");
            }
        }

        return string.Join(' ', words);
    }

    private static Task<P4Switch> ConnectAsync(P4SwitchOptions options, string address, TraceTap tap, CancellationToken cancellation)
    {
        GrpcChannel channel;
        try
        {
            channel = SwitchChannel.Create(address, options.Tls);
        }
        catch (ArgumentException fault)
        {
            throw new CommandException($"--address {address}: expected HOST:PORT", fault);
        }

        string connection = options.ElectionId == 0 ? $"{address} (reads)" : address;
        Grpc.Core.CallInvoker invoker = channel.CreateCallInvoker().Intercept(new TracingInterceptor(connection, tap, TimeProvider.System));
        return P4Switch.ConnectAsync(options, () => invoker, TimeProvider.System, channel, cancellation);
    }

    /// <summary>A path, or the name of a program of this checkout.</summary>
    private static P4Program Load(string name) => P4Program.Load(ProgramLocator.Find(name));
}
