using System.Globalization;
using Google.Protobuf;
using Telemetry.Controller.Entries;

namespace Telemetry.Controller.Desired;

/// <summary>Everything that is no table entry.</summary>
public static partial class EntryText
{
    private static MemberSpec ParseMember(EntryCursor cursor)
    {
        string profile = cursor.Word("the action profile's name");
        uint id = cursor.Number("the member's id");
        if (!cursor.Accept("->"))
        {
            return new MemberSpec(profile, id, "", []);
        }

        (string action, IReadOnlyList<ActionArgument> arguments) = ParseCall(cursor);
        return new MemberSpec(profile, id, action, arguments);
    }

    private static GroupSpec ParseGroup(EntryCursor cursor)
    {
        string profile = cursor.Word("the action selector's name");
        uint id = cursor.Number("the group's id");
        int size = cursor.AcceptWord("max-size") ? (int)Math.Min(cursor.Number("a size"), int.MaxValue) : 0;
        List<GroupMemberSpec> members = [];
        if (cursor.Accept("->") && !cursor.AtEnd)
        {
            do
            {
                uint member = cursor.Number("a member's id");
                (int weight, uint? watch) = ParseWeight(cursor);
                members.Add(new GroupMemberSpec(member, weight, watch));
            }
            while (cursor.Accept(","));
        }

        return new GroupSpec(profile, id, members, size);
    }

    private static MulticastGroupSpec ParseMulticast(EntryCursor cursor)
    {
        int id = (int)Math.Min(cursor.Number("the group's id"), int.MaxValue);
        MulticastGroupSpec group = new(id, ParseReplicas(cursor));
        return cursor.AcceptWord("metadata") ? group with { Metadata = ByteString.CopyFrom(cursor.Hex()) } : group;
    }

    private static CloneSessionSpec ParseClone(EntryCursor cursor)
    {
        int id = (int)Math.Min(cursor.Number("the session's id"), int.MaxValue);
        List<ReplicaSpec> replicas = ParseReplicas(cursor);
        int truncate = cursor.AcceptWord("truncate") ? (int)Math.Min(cursor.Number("a length in bytes"), int.MaxValue) : 0;
        int queue = cursor.AcceptWord("class") ? (int)Math.Min(cursor.Number("a class from 0 to 7"), int.MaxValue) : 0;
        return new CloneSessionSpec(id, replicas, truncate, queue);
    }

    private static List<ReplicaSpec> ParseReplicas(EntryCursor cursor)
    {
        List<ReplicaSpec> replicas = [];
        if (!cursor.Accept("->"))
        {
            return replicas;
        }

        do
        {
            (int port, int instance) = ParseReplica(cursor);
            List<(int, int)> backups = [];
            while (cursor.Accept("|"))
            {
                backups.Add(ParseReplica(cursor));
            }

            replicas.Add(new ReplicaSpec(port, instance) { Backups = backups });
        }
        while (cursor.Accept(","));
        return replicas;
    }

    private static (int Port, int Instance) ParseReplica(EntryCursor cursor)
    {
        int port = (int)Math.Min(cursor.Number("a port, or port#instance"), int.MaxValue);
        return (port, cursor.AcceptNow('#') ? (int)Math.Min(cursor.Number("an instance"), int.MaxValue) : 1);
    }

    private static (string Name, long? Cell) ParseCell(EntryCursor cursor)
    {
        string text = cursor.Word("a name with its cell, such as Ingress.port_rx[3]");
        int bracket = text.LastIndexOf('[');
        if (bracket < 0)
        {
            return (text, null);
        }

        string index = text[(bracket + 1)..].TrimEnd(']');
        return index == "*" ? (text[..bracket], null)
            : long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out long cell) && text[^1] == ']' ? (text[..bracket], cell)
            : throw new EntryFormatException($"'{text}': expected a cell such as [3], or [*] for every cell");
    }

    private static (long Packets, long Bytes) ParseCount(EntryCursor cursor)
    {
        long packets = 0;
        long bytes = 0;
        while (!cursor.AtEnd)
        {
            string word = cursor.Word("packets=N or bytes=N");
            cursor.Expect("=");
            (packets, bytes) = word switch
            {
                "packets" => (cursor.Long("a number"), bytes),
                "bytes" => (packets, cursor.Long("a number")),
                _ => throw new EntryFormatException($"'{word}': expected packets=N or bytes=N"),
            };
        }

        return (packets, bytes);
    }

    private static MeterRates ParseRates(EntryCursor cursor)
    {
        MeterRates rates = new(0, 0, 0, 0);
        while (!cursor.AtEnd)
        {
            string word = cursor.Word("cir=, cburst=, pir=, pburst= or eburst=");
            cursor.Expect("=");
            long value = cursor.Long("a number");
            rates = word switch
            {
                "cir" => rates with { CommittedRate = value },
                "cburst" => rates with { CommittedBurst = value },
                "pir" => rates with { PeakRate = value },
                "pburst" => rates with { PeakBurst = value },
                "eburst" => rates with { ExcessBurst = value },
                _ => throw new EntryFormatException($"'{word}': expected cir=, cburst=, pir=, pburst= or eburst="),
            };
        }

        return rates;
    }

    private static DigestSpec ParseDigest(EntryCursor cursor)
    {
        DigestSpec digest = new(cursor.Word("the digest's name"));
        while (!cursor.AtEnd)
        {
            string word = cursor.Word("max-list N, max-wait TIME or ack-timeout TIME");
            digest = word switch
            {
                "max-list" => digest with { MaximumList = (int)Math.Min(cursor.Number("a number of samples"), int.MaxValue) },
                "max-wait" => digest with { MaximumWaitNs = cursor.Duration("a time") },
                "ack-timeout" => digest with { AckTimeoutNs = cursor.Duration("a time") },
                _ => throw new EntryFormatException($"'{word}': expected max-list N, max-wait TIME or ack-timeout TIME"),
            };
        }

        return digest;
    }

    private static ValueSetSpec ParseValueSet(EntryCursor cursor)
    {
        string name = cursor.Word("the value set's name");
        List<IReadOnlyList<MatchSpec>> members = [];
        if (cursor.Accept("->") && !cursor.AtEnd)
        {
            do
            {
                cursor.Expect("{");
                List<MatchSpec> matches = [];
                while (!cursor.Accept("}"))
                {
                    string field = cursor.Word("field=match or }");
                    cursor.Expect("=");
                    matches.Add(new MatchSpec(field, cursor.Word("a match", " \t}")));
                }

                members.Add(matches);
            }
            while (cursor.Accept(","));
        }

        return new ValueSetSpec(name, members);
    }

    private static ExternSpec ParseExtern(EntryCursor cursor)
    {
        string name = cursor.Word("the extern's name");
        string type = cursor.Word("the message's type URL", " \t");
        string value = cursor.AtEnd ? "" : cursor.Word("the message in Base64", " \t");
        try
        {
            return new ExternSpec(name, type, ByteString.FromBase64(value));
        }
        catch (FormatException)
        {
            throw new EntryFormatException($"'{value}' is no Base64");
        }
    }
}
