using System.Text.Json.Nodes;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Shell;

/// <summary>Single entries.</summary>
public sealed partial class P4Shell
{
    private void AddWrites()
    {
        Add("insert", "ENTRY [--force]", "Add an entry; --force modifies it where it is there already", ShellArgument.Entry, (l, o, c) => WriteAsync(l, o, UpdateKind.Insert, c));
        Add("modify", "ENTRY", "Change an entry, a default action, a cell of a counter, meter or register, or a value set", ShellArgument.Entry, (l, o, c) => WriteAsync(l, o, UpdateKind.Modify, c));
        Add("delete", "ENTRY", "Remove an entry, named by its key; a default action goes back to the program's", ShellArgument.Entry, (l, o, c) => WriteAsync(l, o, UpdateKind.Delete, c));
    }

    private async Task WriteAsync(ShellLine line, TextWriter output, UpdateKind kind, CancellationToken cancellation)
    {
        if (line.Rest.Length == 0)
        {
            throw new ShellException($"{line.Command}: expected an entry such as TABLE key=match -> ACTION(parameter=value); see help");
        }

        P4Program program = await ProgramAsync(cancellation).ConfigureAwait(false);
        EntrySpec spec = EntryText.Parse(line.Rest);
        P4Entry entry = kind == UpdateKind.Delete ? program.BindKey(KeyOf(spec)) : program.Bind(spec);
        P4Update update = new(entry.IsModifyOnly && kind == UpdateKind.Insert ? UpdateKind.Modify : kind, entry);
        if (IsDry(line))
        {
            await ForetellAsync(line, output, update, cancellation).ConfigureAwait(false);
            return;
        }

        P4Switch writer = await WriterAsync(cancellation).ConfigureAwait(false);
        WriteReport report = line.Has("--force")
            ? await writer.ForceAsync([update], cancellation).ConfigureAwait(false)
            : await writer.WriteAsync([update], cancellation).ConfigureAwait(false);
        if (IsJson(line))
        {
            WriteJson(output, new JsonObject { ["inserted"] = report.Inserted, ["modified"] = report.Modified, ["deleted"] = report.Deleted });
        }
        else
        {
            output.WriteLine($"{Done(update.Kind)} {entry.Text}");
        }
    }

    /// <summary>What a write would do, from what the switch has now.</summary>
    private async Task ForetellAsync(ShellLine line, TextWriter output, P4Update update, CancellationToken cancellation)
    {
        P4Switch reader = await ReaderAsync(cancellation).ConfigureAwait(false);
        TargetCapabilities target = await reader.TargetAsync(cancellation).ConfigureAwait(false);
        string? problem = target.Refusal(update);
        bool unknown = false;
        if (problem is null && !update.Entry.IsModifyOnly)
        {
            try
            {
                IReadOnlyList<P4Entry> there = await reader.ReadEntriesAsync(KindOf(update.Entry), cancellation).ConfigureAwait(false);
                bool present = there.Any(e => e.Key == update.Entry.Key);
                problem = (update.Kind, present) switch
                {
                    (UpdateKind.Insert, true) when !line.Has("--force") => "it is there already: modify it, or delete it first",
                    (UpdateKind.Modify or UpdateKind.Delete, false) => "nothing there has this key",
                    _ => null,
                };
            }
            catch (P4RuntimeException fault) when (!fault.IsTransient)
            {
                unknown = true;
            }
        }

        string what = $"{update.Kind.ToString().ToLowerInvariant()} {update.Entry.Text}";
        if (IsJson(line))
        {
            WriteJson(output, new JsonObject { ["dry_run"] = what, ["problem"] = problem });
        }
        else
        {
            output.WriteLine(problem is not null ? $"would fail to {what}: {problem}" : $"would {what}{(unknown ? " (the switch cannot list what is there)" : "")}");
        }
    }

    private static P4.V1.Entity KindOf(P4Entry entry) => entry.Entity.EntityCase switch
    {
        P4.V1.Entity.EntityOneofCase.TableEntry => new P4.V1.Entity { TableEntry = new P4.V1.TableEntry { TableId = entry.Entity.TableEntry.TableId } },
        P4.V1.Entity.EntityOneofCase.ActionProfileMember => new P4.V1.Entity
        {
            ActionProfileMember = new P4.V1.ActionProfileMember { ActionProfileId = entry.Entity.ActionProfileMember.ActionProfileId },
        },
        P4.V1.Entity.EntityOneofCase.ActionProfileGroup => new P4.V1.Entity
        {
            ActionProfileGroup = new P4.V1.ActionProfileGroup { ActionProfileId = entry.Entity.ActionProfileGroup.ActionProfileId },
        },
        P4.V1.Entity.EntityOneofCase.PacketReplicationEngineEntry => entry.Entity.PacketReplicationEngineEntry.CloneSessionEntry is not null
            ? EntityFilter.CloneSessions()
            : EntityFilter.MulticastGroups(),
        _ => entry.Entity,
    };

    /// <summary>A deletion names a key: what else was typed, as when a listed line is pasted, does not matter.</summary>
    private static EntrySpec KeyOf(EntrySpec spec) => spec switch
    {
        TableEntrySpec { IsDefault: false } table => new TableEntrySpec { Table = table.Table, Matches = table.Matches, Priority = table.Priority },
        MemberSpec member => member with { Action = "", Arguments = [] },
        _ => spec,
    };

    private static string Done(UpdateKind kind) => kind switch
    {
        UpdateKind.Insert => "inserted",
        UpdateKind.Modify => "modified",
        _ => "deleted",
    };
}
