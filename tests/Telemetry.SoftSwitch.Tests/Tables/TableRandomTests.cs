using System.Numerics;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Tests.Tables;

/// <summary>Tables of every shape against a list that is searched one by one.</summary>
public sealed class TableRandomTests
{
    [Theory]
    [InlineData("exact:9")]
    [InlineData("exact:32,exact:200")]
    [InlineData("lpm:12")]
    [InlineData("exact:3,lpm:130")]
    [InlineData("lpm:5,lpm:5")]
    [InlineData("ternary:8")]
    [InlineData("range:10")]
    [InlineData("range:80")]
    [InlineData("exact:2,ternary:6,range:7,range:70,lpm:6")]
    public void Lookup_RandomWrites_AgreesWithAList(string shape)
    {
        Random random = new(shape.Length * 31);
        KeyDef[] keys = Keys(shape);
        Table table = new(new TableDef(0, "t", keys, 100, []));
        List<TableEntry> truth = [];
        ulong[] key = new ulong[keys.Sum(k => k.Words)];
        for (int step = 0; step < 3000; step++)
        {
            if (truth.Count > 0 && random.Next(100) < (step < 2000 ? 30 : 60))
            {
                TableEntry gone = truth[random.Next(truth.Count)];
                Assert.Same(gone, table.Find(gone.Match, gone.Priority));
                table.Remove(gone);
                truth.Remove(gone);
            }
            else
            {
                TableEntry added = new() { Match = [.. keys.Select(k => RandomMatch(random, k))], Priority = table.HasPriorities ? random.Next(1, 20) : 0 };
                MatchValue[] canonical = [.. added.Match.Zip(keys, KeyLayout.Canonical)];
                bool known = truth.Any(e => e.Priority == added.Priority && e.Match.AsSpan().SequenceEqual(canonical));
                Assert.Equal(known, table.Find(canonical, added.Priority) is not null);
                if (!known)
                {
                    table.Insert(added);
                    truth.Add(added);
                }
            }

            for (int probe = 0; probe < 3; probe++)
            {
                BigInteger[] values = [.. keys.Select((k, i) => truth.Count > 0 && random.Next(2) == 0 ? Near(random, truth[random.Next(truth.Count)].Match[i], k) : RandomValue(random, k.Width))];
                for (int i = 0; i < keys.Length; i++)
                {
                    Words.Put(key, keys[i].Slot, keys[i].Width, values[i]);
                }

                Assert.Same(Best(truth, keys, values, table.HasPriorities), table.Lookup(key));
            }
        }

        Assert.Equal(truth, table.Entries);
        Assert.Equal(truth.Count, table.Count);
    }

    [Fact]
    public void Insert_EntryAlreadyThere_Throws()
    {
        Table table = new(new TableDef(0, "t", Keys("exact:8"), 100, []));
        table.Insert(new TableEntry { Match = [new MatchValue(5, 0, 0)] });
        Assert.Throws<ArgumentException>(() => table.Insert(new TableEntry { Match = [new MatchValue(5, 255, 0)] }));
    }

    [Fact]
    public void Lookup_WhileAnotherThreadWrites_AlwaysFindsWhatStays()
    {
        Table table = new(new TableDef(0, "t", Keys("exact:32"), 100, []));
        TableEntry stays = new() { Match = [new MatchValue(7, 0, 0)] };
        table.Insert(stays);
        using CancellationTokenSource done = new();
        int missed = 0;
        Thread reader = new(() =>
        {
            ulong[] key = [7];
            while (!done.IsCancellationRequested)
            {
                missed += ReferenceEquals(table.Lookup(key), stays) ? 0 : 1;
            }
        });
        reader.Start();
        for (int round = 0; round < 20; round++)
        {
            List<TableEntry> added = [];
            for (uint i = 100; i < 2000; i++)
            {
                added.Add(new TableEntry { Match = [new MatchValue(i, 0, 0)] });
                table.Insert(added[^1]);
            }

            added.ForEach(table.Remove);
        }

        done.Cancel();
        reader.Join();
        Assert.Equal(0, missed);
    }

    private static KeyDef[] Keys(string shape)
    {
        List<KeyDef> keys = [];
        int slot = 0;
        foreach (string[] part in shape.Split(',').Select(p => p.Split(':')))
        {
            keys.Add(new KeyDef("k", Enum.Parse<MatchKind>(part[0], true), new ConstExpr(0), int.Parse(part[1], System.Globalization.CultureInfo.InvariantCulture), null, slot));
            slot += keys[^1].Words;
        }

        return [.. keys];
    }

    private static BigInteger RandomValue(Random random, int width)
    {
        byte[] bytes = new byte[(width / 8) + 1];
        random.NextBytes(bytes);
        return new BigInteger(bytes, true) & KeyLayout.PrefixMask(width, width);
    }

    private static BigInteger Near(Random random, MatchValue match, KeyDef key)
    {
        BigInteger value = key.Kind == MatchKind.Range && random.Next(2) == 0 ? match.Mask : match.Value;
        return (value + random.Next(-1, 2)) & KeyLayout.PrefixMask(key.Width, key.Width);
    }

    private static MatchValue RandomMatch(Random random, KeyDef key)
    {
        BigInteger a = RandomValue(random, key.Width);
        BigInteger b = random.Next(3) == 0 ? RandomValue(random, key.Width) : KeyLayout.PrefixMask(key.Width, random.Next(key.Width + 1));
        return key.Kind switch
        {
            MatchKind.Lpm => new MatchValue(a, 0, random.Next(key.Width + 1)),
            MatchKind.Range => new MatchValue(BigInteger.Min(a, b), BigInteger.Max(a, b), 0),
            _ => new MatchValue(a, b, 0),
        };
    }

    private static TableEntry? Best(List<TableEntry> entries, KeyDef[] keys, BigInteger[] values, bool priorities) => entries
        .Where(e => Enumerable.Range(0, keys.Length).All(i => keys[i].Kind switch
        {
            MatchKind.Exact => e.Match[i].Value == values[i],
            MatchKind.Lpm => e.Match[i].Value == (values[i] & KeyLayout.PrefixMask(keys[i].Width, e.Match[i].PrefixLength)),
            MatchKind.Ternary => e.Match[i].Value == (values[i] & e.Match[i].Mask),
            _ => e.Match[i].Value <= values[i] && values[i] <= e.Match[i].Mask,
        }))
        .OrderByDescending(e => priorities ? e.Priority : e.Match[Array.FindIndex(keys, k => k.Kind == MatchKind.Lpm) is int lpm && lpm >= 0 ? lpm : 0].PrefixLength)
        .ThenBy(e => e.Order)
        .FirstOrDefault();
}
