using System.Text.Json.Nodes;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.Controller.RuntimeFiles;

namespace Telemetry.Controller.Shell;

/// <summary>The whole state, and the program.</summary>
public sealed partial class P4Shell
{
    private void AddPlans()
    {
        Add("plan", "FILE [--no-prune]", "What apply would change, to make the switch have the entries of a file (text, or sN-runtime.json)", ShellArgument.File, (l, o, c) => PlanAsync(l, o, apply: false, c));
        Add("apply", "FILE [--no-prune]", "Make the switch have the entries of a file and, but for --no-prune, no others", ShellArgument.File, (l, o, c) => PlanAsync(l, o, apply: true, c));
        Add("save", "FILE", "Write what the switch has into a file: .json as a runtime file, else text", ShellArgument.File, SaveAsync);
        Add("drift", "[--seconds N]", "What other clients changed since the last apply or swap of this shell; --seconds keeps looking", ShellArgument.Nothing, DriftAsync);
        Add("swap", "PROGRAM [FILE] [--keep]", "Change the program, with the entries of a file, or (--keep) those of now, in place before it takes over", ShellArgument.ProgramAndFile, SwapAsync);
    }

    private async Task PlanAsync(ShellLine line, TextWriter output, bool apply, CancellationToken cancellation)
    {
        if (line.Rest.Length == 0)
        {
            throw new ShellException($"{line.Command}: expected a file of entries");
        }

        P4Program program = await ProgramAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<P4Entry> desired = EntryFile.Load(line.Rest).Bind(program);
        bool write = apply && !IsDry(line);
        P4Switch owner = write ? await WriterAsync(cancellation).ConfigureAwait(false) : _writer ?? await ReaderAsync(cancellation).ConfigureAwait(false);
        Plan plan = await owner.PlanAsync(desired, prune: !line.Has("--no-prune"), cancellation).ConfigureAwait(false);
        if (IsJson(line))
        {
            WriteJson(output, new JsonObject
            {
                ["steps"] = new JsonArray([.. plan.Steps.Select(s => new JsonObject
                {
                    ["kind"] = s.Update.Kind.ToString().ToLowerInvariant(),
                    ["entry"] = s.Update.Entry.Text,
                    ["was"] = s.Present?.Text,
                    ["drift"] = s.Drift,
                    ["blind"] = s.Blind,
                })]),
                ["unchanged"] = plan.Unchanged,
                ["applied"] = write,
            });
        }
        else
        {
            output.WriteLine(plan.ToString());
        }

        if (write)
        {
            WriteReport report = await plan.ApplyAsync(cancellation).ConfigureAwait(false);
            if (!IsJson(line))
            {
                output.WriteLine($"applied: {report.Inserted} added, {report.Modified} changed, {report.Deleted} removed, in {report.Calls} calls");
            }
        }
    }

    private async Task SaveAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        if (line.Rest.Length == 0)
        {
            throw new ShellException("save: expected a file");
        }

        await ProgramAsync(cancellation).ConfigureAwait(false);
        P4Switch reader = await ReaderAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<P4Entry> state = await reader.ReadFullStateAsync(cancellation).ConfigureAwait(false);
        bool json = Path.GetExtension(line.Rest).Equals(".json", StringComparison.OrdinalIgnoreCase);
        string text = json ? RuntimeFileWriter.Write(EntryFile.Sorted(state)) : EntryFile.Format(state);
        if (IsDry(line))
        {
            output.Write(text);
            return;
        }

        await File.WriteAllTextAsync(line.Rest, text, cancellation).ConfigureAwait(false);
        output.WriteLine($"{state.Count} entries written to {line.Rest}");
    }

    private async Task DriftAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        if (_writer?.Applied is null)
        {
            throw new ShellException("drift: nothing was applied in this shell yet; compare with a file by plan FILE");
        }

        if (line.Number("--seconds") is { } seconds)
        {
            using CancellationTokenSource end = new(TimeSpan.FromSeconds(seconds), _options.Time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellation);
            try
            {
                await foreach (Drift found in _writer.WatchDriftAsync(TimeSpan.FromSeconds(1), _options.Time, either.Token).ConfigureAwait(false))
                {
                    output.WriteLine(found);
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return;
            }
        }

        IReadOnlyList<Drift> drift = await _writer.ReadDriftAsync(cancellation).ConfigureAwait(false);
        if (IsJson(line))
        {
            WriteJson(output, new JsonArray([.. drift.Select(d => new JsonObject { ["expected"] = d.Expected?.Text, ["present"] = d.Present?.Text })]));
        }
        else
        {
            output.WriteLine(drift.Count == 0 ? "none: the switch has what was applied" : string.Join('\n', drift));
        }
    }

    private async Task SwapAsync(ShellLine line, TextWriter output, CancellationToken cancellation)
    {
        string[] words = line.Words;
        if (words.Length is < 1 or > 2)
        {
            throw new ShellException("swap: expected a program, and perhaps a file with its entries");
        }

        P4Program program = _options.LoadProgram(words[0]);
        IReadOnlyList<P4Entry> entries = words.Length > 1 ? EntryFile.Load(words[1]).Bind(program) : [];
        P4Switch reader = await SwapReaderAsync(cancellation).ConfigureAwait(false);
        if (IsDry(line))
        {
            P4Switch? primary = _writer?.State == P4SwitchState.Primary ? _writer : null;
            if (primary is not null)
            {
                await primary.Pipeline.VerifyAsync(program, cancellation).ConfigureAwait(false);
            }

            TargetCapabilities target = await reader.TargetAsync(cancellation).ConfigureAwait(false);
            output.WriteLine($"would {(target.Staging ? "save" : "push")} program {program.Name}, write {(line.Has("--keep") ? "the entries that it has a place for" : $"{entries.Count} entries")}{(target.Staging ? " to it, and commit" : "")}{(primary is null ? "" : "; the switch accepts the program")}");
            return;
        }

        P4Switch writer = await WriterAsync(cancellation).ConfigureAwait(false);
        SwapReport report = line.Has("--keep")
            ? await writer.ReconcileAsync(program, cancellation).ConfigureAwait(false)
            : await writer.SwapAsync(program, entries, cancellation).ConfigureAwait(false);
        reader.Program = program;
        if (IsJson(line))
        {
            WriteJson(output, new JsonObject
            {
                ["program"] = program.Name,
                ["staged"] = report.Staged,
                ["entries"] = report.Entries,
                ["left_out"] = new JsonArray([.. report.LeftOut.Select(l => JsonValue.Create(l))]),
                ["after"] = report.After,
            });
            return;
        }

        foreach (string left in report.LeftOut)
        {
            output.WriteLine($"left out: {left}");
        }

        output.WriteLine($"{program.Name} runs with {report.Entries} entries{(report.Staged ? ", in place before it took over" : ", written after it took over")}{(report.After > 0 ? $" but for {report.After} clone sessions and multicast groups" : "")}");
    }

    /// <summary>A swap is what mends a wrong program: the one that was expected does not matter.</summary>
    private async Task<P4Switch> SwapReaderAsync(CancellationToken cancellation)
    {
        try
        {
            return await ReaderAsync(cancellation).ConfigureAwait(false);
        }
        catch (ShellException)
        {
            _reader = await _options.Connect(0, cancellation).ConfigureAwait(false);
            await _reader.Pipeline.AdoptAsync(cancellation).ConfigureAwait(false);
            return _reader;
        }
    }
}
