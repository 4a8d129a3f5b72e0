using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Inputs;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Tracing;
using Telemetry.P4Runtime.Errors;
using Telemetry.P4Runtime.Schema;
using Telemetry.P4Runtime.Text;
using Telemetry.P4Runtime.Values;

namespace Telemetry.Controller.Shell;

/// <summary>
/// Commands for one switch, a line each. Reads go over a connection that takes part in no election; the first write
/// or stream command claims to be primary.
/// </summary>
public sealed partial class P4Shell : IAsyncDisposable
{
    private readonly ShellOptions _options;
    private readonly SortedDictionary<string, ShellCommand> _commands = new(StringComparer.Ordinal);
    private P4Switch? _reader;
    private P4Switch? _writer;
    private UInt128 _electionId;

    /// <summary>Connects to nothing yet.</summary>
    public P4Shell(ShellOptions options)
    {
        _options = options;
        _electionId = options.ElectionId;
        AddReads();
        AddWrites();
        AddPlans();
        AddStreams();
        AddWatch();
        AddTraces();
        Add("help", "[COMMAND]", "What there is, or what one command takes", ShellArgument.Command, HelpAsync);
        Add("election-id", "N", "Claim this election id for writes; the highest of a switch's clients is primary", ShellArgument.Nothing, ElectAsync);
    }

    /// <summary>Names of the commands.</summary>
    public IEnumerable<string> Commands => _commands.Keys;

    /// <summary>The program that names refer to; null before the first command that needs it, or where the switch runs none.</summary>
    public P4Program? Program => _reader?.Program;

    /// <summary>What may follow a line that is being typed up to the cursor.</summary>
    public ShellCompletion Complete(string line) => ShellCompletion.Of(line, _commands, Program ?? _options.Program);

    /// <summary>Connects and learns the switch's program, so that names can be completed.</summary>
    /// <exception cref="P4RuntimeException">Nobody answers.</exception>
    /// <exception cref="ShellException">The switch runs another program than the one given.</exception>
    public async Task OpenAsync(CancellationToken cancellation = default) => await ReaderAsync(cancellation).ConfigureAwait(false);

    /// <summary>Runs a line and writes what it answers; an empty line and a comment do nothing.</summary>
    /// <exception cref="ShellException">No such command, or one that cannot be done as typed.</exception>
    /// <exception cref="P4RuntimeException">The switch refused.</exception>
    /// <exception cref="P4InfoException">A name that the program does not have.</exception>
    /// <exception cref="InputException">A file with faults.</exception>
    public async Task RunAsync(string line, TextWriter output, CancellationToken cancellation = default)
    {
        line = line.Trim();
        if (line.Length == 0 || line[0] == '#')
        {
            return;
        }

        ShellLine parsed = ShellLine.Parse(line);
        if (!_commands.TryGetValue(parsed.Command, out ShellCommand? command))
        {
            string? close = NameDistance.Closest(parsed.Command, _commands.Keys);
            throw new ShellException($"no command {parsed.Command}; {(close is null ? "" : $"did you mean {close}? ")}known: {string.Join(", ", _commands.Keys)}");
        }

        try
        {
            await command.RunAsync(parsed, output, cancellation).ConfigureAwait(false);
        }
        catch (EntryFormatException fault)
        {
            throw new ShellException($"{command.Name}: {fault.Message}", fault);
        }
    }

    /// <summary>What to say of a fault of the input or of the switch; null for a bug, which should be seen whole.</summary>
    public static string? Describe(Exception fault) => fault switch
    {
        ShellException or P4RuntimeException or P4InfoException or P4ValueException or EntryFormatException or InputException
            or TextFormatException or TraceException or IOException or UnauthorizedAccessException => fault.Message,
        RpcException rpc => $"{rpc.StatusCode}: {rpc.Status.Detail}",
        _ => null,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        EndTrace();
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        if (_reader is not null)
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Add(string name, string usage, string help, ShellArgument argument, Func<ShellLine, TextWriter, CancellationToken, Task> run) =>
        _commands.Add(name, new ShellCommand(name, usage, help, argument, run));

    private Task HelpAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        if (line.Rest.Length == 0)
        {
            ShellTable table = new("command", "", "");
            foreach (ShellCommand command in _commands.Values)
            {
                table.Add(command.Name, command.Usage, command.Help);
            }

            output.Write(table);
            output.WriteLine("""

                An ENTRY is a line such as
                  Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> Ingress.set_next_hop(dst_mac=08:00:00:00:01:11, port=1)
                  Ingress.acl hdr.ipv4.src_addr=10.0.0.0/8 meta.port=80..443 priority 10 -> drop()     Ingress.acl default -> drop()
                  member P 1 -> a(x=1)   group P 1 -> 1, 2 weight 3 watch 4   multicast 1 -> 1, 2#5   clone 1 -> 4 truncate 128
                  counter C[3] packets=0 bytes=0   meter M[3] cir=1 cburst=2 pir=3 pburst=4   register R[3] = 7   digest D max-list 10
                --json answers in JSON, --dry-run shows what a command would do and does nothing. # begins a comment.
                """);
            return Task.CompletedTask;
        }

        ShellCommand found = _commands.TryGetValue(line.Rest, out ShellCommand? one) ? one : throw new ShellException($"no command {line.Rest}");
        output.WriteLine($"{found.Name} {found.Usage}\n  {found.Help}");
        return Task.CompletedTask;
    }

    private async Task ElectAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        if (!UInt128.TryParse(line.Rest, out UInt128 id) || id == 0)
        {
            throw new ShellException("election-id: expected a number above 0");
        }

        _electionId = id;
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
            _writer = null;
        }
    }

    private bool IsDry(ShellLine line) => _options.DryRun || line.Has("--dry-run");

    private bool IsJson(ShellLine line) => (_options.Json || line.Has("--json")) && !line.Has("--text");

    private static void WriteJson(TextWriter output, JsonNode json) => output.WriteLine(json.ToJsonString(s_json));

    private static void WriteJsonLine(TextWriter output, JsonNode json) => output.WriteLine(json.ToJsonString(s_jsonLine));

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_jsonLine = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task<P4Switch> ReaderAsync(CancellationToken cancellation)
    {
        if (_reader is null)
        {
            P4Switch reader = await _options.Connect(0, cancellation).ConfigureAwait(false);
            try
            {
                P4Program? running = await reader.Pipeline.AdoptAsync(cancellation).ConfigureAwait(false);
                if (running is not null && _options.Program is { } expected)
                {
                    CheckSame(running, expected);
                    reader.Program = expected;
                }
            }
            catch
            {
                await reader.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            _reader = reader;
        }

        return _reader;
    }

    /// <summary>The connection that may write: primary, with the program known.</summary>
    private async Task<P4Switch> WriterAsync(CancellationToken cancellation)
    {
        P4Switch reader = await ReaderAsync(cancellation).ConfigureAwait(false);
        P4Switch writer = _writer ??= await _options.Connect(_electionId, cancellation).ConfigureAwait(false);
        writer.Program ??= reader.Program;
        return writer.State == P4SwitchState.Primary
            ? writer
            : throw new ShellException(writer.State == P4SwitchState.Backup
                ? $"another client is primary with election id {writer.HighestElectionId}, this one claims {writer.ElectionId}: claim {writer.HighestElectionId + 1} or more with --election-id (in the shell: election-id {writer.HighestElectionId + 1})"
                : "the switch does not answer: not connected");
    }

    private async Task<P4Program> ProgramAsync(CancellationToken cancellation) =>
        (await ReaderAsync(cancellation).ConfigureAwait(false)).Program
        ?? throw new ShellException("the switch runs no program: push one with swap PROGRAM");

    private static void CheckSame(P4Program running, P4Program expected)
    {
        if (running.Cookie == expected.Cookie || running.Index.Info.Equals(expected.Index.Info))
        {
            return;
        }

        HashSet<string> there = [.. running.Index.Tables.Select(t => t.Name)];
        string? missing = expected.Index.Tables.Select(t => t.Name).FirstOrDefault(t => !there.Contains(t));
        string difference = missing is not null ? $"it has no table {missing}" : $"their P4Infos differ ({running.Index.Tables.Count} and {expected.Index.Tables.Count} tables)";
        throw new ShellException(
            $"the switch runs another program than {expected.Name}: {difference}; leave --program out to use the switch's own P4Info, or push it with swap");
    }
}
