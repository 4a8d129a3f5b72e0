using Google.Protobuf;
using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Desired;

/// <summary>
/// Reads entries in the form that <see cref="P4Runtime.Schema.EntityText"/> writes, one a line, by the program's full
/// or shortened names.
/// </summary>
/// <example><c>ipv4_lpm hdr.ipv4.dst_addr=10.0.1.0/24 -> set_next_hop(dst_mac=08:00:00:00:01:11, port=1)</c></example>
public static partial class EntryText
{
    /// <summary>The entry that a line describes.</summary>
    /// <exception cref="EntryFormatException">The line is none; says at which column what was expected.</exception>
    public static EntrySpec Parse(string line)
    {
        EntryCursor cursor = new(line);
        EntrySpec spec = ParseSpec(cursor);
        return cursor.AtEnd ? spec : throw cursor.Fault("the end of the entry");
    }

    private static EntrySpec ParseSpec(EntryCursor cursor)
    {
        string first = cursor.Word("a table, or one of member, group, multicast, clone, counter, meter, register, digest, value-set");
        switch (first)
        {
            case "table":
                return ParseTable(cursor, cursor.Word("the table's name"));
            case "member":
                return ParseMember(cursor);
            case "group":
                return ParseGroup(cursor);
            case "multicast":
                return ParseMulticast(cursor);
            case "clone":
                return ParseClone(cursor);
            case "counter":
                (string counter, long? cell) = ParseCell(cursor);
                (long packets, long bytes) = ParseCount(cursor);
                return new CounterSpec(counter, cell, packets, bytes);
            case "direct-counter":
                TableEntrySpec counted = ParseTable(cursor, cursor.Word("the table's name"));
                cursor.Accept(":");
                (packets, bytes) = ParseCount(cursor);
                return new DirectCounterSpec(counted, packets, bytes);
            case "meter":
                (string meter, cell) = ParseCell(cursor);
                return new MeterSpec(meter, cell, cursor.AtEnd ? null : ParseRates(cursor));
            case "direct-meter":
                TableEntrySpec metered = ParseTable(cursor, cursor.Word("the table's name"));
                cursor.Accept(":");
                return new DirectMeterSpec(metered, cursor.AtEnd ? null : ParseRates(cursor));
            case "register":
                (string register, cell) = ParseCell(cursor);
                return new RegisterSpec(register, cell, cursor.Accept("=") ? cursor.Rest() : "");
            case "digest":
                return ParseDigest(cursor);
            case "value-set":
                return ParseValueSet(cursor);
            case "extern":
                return ParseExtern(cursor);
            default:
                return ParseTable(cursor, first);
        }
    }

    private static TableEntrySpec ParseTable(EntryCursor cursor, string table)
    {
        TableEntrySpec spec = new() { Table = table };
        List<MatchSpec> matches = [];
        while (!cursor.AtEnd)
        {
            if (cursor.Accept("->"))
            {
                spec = ParseTarget(cursor, spec);
            }
            else if (cursor.Accept(":"))
            {
                break; // what follows is the count or rate of the entry
            }
            else
            {
                string word = cursor.Word("key=match, -> or an option");
                if (cursor.AcceptNow('='))
                {
                    matches.Add(new MatchSpec(word, cursor.Word("a match", " \t")));
                    continue;
                }

                spec = word switch
                {
                    "default" => spec with { IsDefault = true },
                    "any" => spec,
                    "priority" => spec with { Priority = (int)Math.Min(cursor.Number("a priority"), int.MaxValue) },
                    "idle-timeout" => spec with { IdleTimeoutNs = cursor.Duration("a time") },
                    "metadata" => spec with { Metadata = ByteString.CopyFrom(cursor.Hex()) },
                    "meter" => spec with { Rates = ParseRates(cursor) },
                    _ => throw new EntryFormatException(
                        $"'{word}' is neither key=match nor one of default, any, priority N, idle-timeout TIME, metadata 0x.., meter cir=.. nor -> ACTION(..)"),
                };
            }
        }

        return spec with { Matches = matches };
    }

    private static TableEntrySpec ParseTarget(EntryCursor cursor, TableEntrySpec spec)
    {
        if (cursor.Accept("{"))
        {
            List<ActionChoice> choices = [];
            do
            {
                (string action, IReadOnlyList<ActionArgument> arguments) = ParseCall(cursor);
                (int weight, uint? watch) = ParseWeight(cursor);
                choices.Add(new ActionChoice(action, arguments, weight, watch));
            }
            while (cursor.Accept(";"));
            cursor.Expect("}");
            ChoiceMode mode = !cursor.AcceptWord("mode") ? ChoiceMode.Default
                : cursor.AcceptWord("hash") ? ChoiceMode.Hash
                : cursor.AcceptWord("random") ? ChoiceMode.Random : throw cursor.Fault("hash or random");
            ChoiceSize size = !cursor.AcceptWord("size") ? ChoiceSize.Default
                : cursor.AcceptWord("weights") ? ChoiceSize.Weights
                : cursor.AcceptWord("members") ? ChoiceSize.Members : throw cursor.Fault("weights or members");
            return spec with { Choices = choices, Mode = mode, Size = size };
        }

        string name = cursor.Word("an action, member N, group N or { action(..); .. }");
        if (!cursor.Accept("("))
        {
            return name switch
            {
                "member" => spec with { Member = cursor.Number("a member's id") },
                "group" => spec with { Group = cursor.Number("a group's id") },
                _ => spec with { Action = name }, // no parentheses where there are no parameters
            };
        }

        return spec with { Action = name, Arguments = ParseArguments(cursor) };
    }

    private static (string Action, IReadOnlyList<ActionArgument> Arguments) ParseCall(EntryCursor cursor)
    {
        string action = cursor.Word("an action");
        return (action, cursor.Accept("(") ? ParseArguments(cursor) : []);
    }

    private static List<ActionArgument> ParseArguments(EntryCursor cursor)
    {
        List<ActionArgument> arguments = [];
        if (cursor.Accept(")"))
        {
            return arguments;
        }

        do
        {
            string parameter = cursor.Word("parameter=value");
            cursor.Expect("=");
            arguments.Add(new ActionArgument(parameter, cursor.Word("a value", " \t,)")));
        }
        while (cursor.Accept(","));
        cursor.Expect(")");
        return arguments;
    }

    private static (int Weight, uint? Watch) ParseWeight(EntryCursor cursor)
    {
        int weight = cursor.AcceptWord("weight") ? (int)Math.Min(cursor.Number("a weight"), int.MaxValue) : 1;
        uint? watch = cursor.AcceptWord("watch") ? cursor.Number("a port") : null;
        return (weight, watch);
    }
}
