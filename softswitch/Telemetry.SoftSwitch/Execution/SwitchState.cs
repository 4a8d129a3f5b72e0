using System.Globalization;
using System.Numerics;
using System.Text;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Execution;

/// <summary>What one switch remembers for its program: tables, counters, meters, registers, and the scratch space of compiled code.</summary>
internal sealed class SwitchState
{
    public readonly Table[] Tables;
    public readonly ActionProfile[] ActionProfiles;
    public readonly ValueSet[] ValueSets;
    public readonly IReadOnlyList<DigestDef> Digests;

    /// <summary>Counters of calculations that count instead of hashing, by the calculation's index; null for the others.</summary>
    public readonly RoundRobin?[] RoundRobins;
    public readonly long[][] CounterPackets;
    public readonly long[][] CounterBytes;
    public readonly Meter[][] Meters;

    /// <summary>Register cells; a cell above 64 bits takes two words, low word first.</summary>
    public readonly ulong[][] Registers;

    /// <summary>Copies of each multicast group, by its id.</summary>
    public readonly SortedDictionary<int, MulticastGroup> MulticastGroups = [];

    /// <summary>Clone sessions by id.</summary>
    public readonly SortedDictionary<int, CloneSession> CloneSessions = [];

    /// <summary>Words of the key being looked up.</summary>
    public ulong[] Key;

    /// <summary>Takes the counts where several threads run the program; null counts at once.</summary>
    public CountLog? Later;

    /// <summary>The deparsed frame.</summary>
    public byte[] Out;

    /// <summary>Input of a hash or checksum.</summary>
    public byte[] Scratch;

    /// <summary>Bytes of headers in <see cref="Out"/> after the deparser ran.</summary>
    public int OutLength;

    /// <summary>The packet's time as the program sees it, nanoseconds.</summary>
    public long NowNs;

    /// <summary>Backward jumps left to the packet before it is taken for a program that never ends.</summary>
    public int Budget;

    /// <summary>Egress port that drops.</summary>
    public readonly int DropPort;

    public PacketPool Pool;

    /// <summary>Who takes the digests; null drops them.</summary>
    public IDigestListener? DigestListener;

    /// <summary>Takes the lines that the program logs; null drops them.</summary>
    public Action<string>? Log;
    private readonly int _maxHeaderBytes;
    private ulong _random;

    public SwitchState(ProgramModel model, int maxHeaderBytes, int maxScratchBytes, int dropPort, ulong seed, Action<string>? log)
    {
        Tables = [.. model.Tables.Select(t => new Table(t))];
        ActionProfiles = [.. model.ActionProfiles.Select(p => new ActionProfile(p))];
        ValueSets = [.. model.ValueSets.Select(s => new ValueSet(s))];
        Digests = model.Digests;
        RoundRobins = [.. model.Algorithms.Select(a => Hashes.IsStateful(a) ? new RoundRobin(a == "round_robin_consistent") : null)];
        CounterPackets = [.. model.Counters.Select(c => new long[c.IsDirect ? 0 : c.Size])];
        CounterBytes = [.. model.Counters.Select(c => new long[c.IsDirect ? 0 : c.Size])];
        Meters = [.. model.Meters.Select(m => m.IsDirect ? [] : Enumerable.Range(0, m.Size).Select(_ => new Meter(m.InBytes)).ToArray())];
        Registers = [.. model.Registers.Select(r => new ulong[r.Size * Words.Count(r.Width)])];
        Key = new ulong[model.Tables.Select(t => t.KeyWords).Concat(ValueSets.Select(s => s.KeyWords)).Append(1).Max()];
        _maxHeaderBytes = maxHeaderBytes;
        Out = new byte[maxHeaderBytes + 2048];
        Scratch = new byte[maxScratchBytes + 2048];
        Pool = new PacketPool(model.Slots, model.VarBytes);
        DropPort = dropPort;
        Log = log;
        _random = seed;
    }

    /// <summary>
    /// The same tables and arrays for one more thread, with packets and scratch space of its own and counts for later. For stages that
    /// touch no registers, meters and random numbers.
    /// </summary>
    public SwitchState CreateLane()
    {
        SwitchState lane = (SwitchState)MemberwiseClone();
        lane.Key = new ulong[Key.Length];
        lane.Out = new byte[Out.Length];
        lane.Scratch = new byte[Scratch.Length];
        lane.Pool = Pool.CreateAnother();
        lane.Later = new CountLog();
        return lane;
    }

    /// <summary>Writes a line of the program, its braces filled in with the values one after another.</summary>
    public void WriteLog(string format, BigInteger[] values)
    {
        StringBuilder line = new();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            int end = format[i] == '{' ? format.IndexOf('}', i) : -1;
            if (end > 0 && next < values.Length)
            {
                line.Append(values[next++].ToString(CultureInfo.InvariantCulture));
                i = end;
            }
            else
            {
                line.Append(format[i]);
            }
        }

        Log?.Invoke(line.ToString());
    }

    /// <summary>Hands the digest that the program asked for to the listener.</summary>
    public void EmitDigest(PacketState packet)
    {
        DigestDef? digest = null;
        foreach (DigestDef known in Digests)
        {
            digest = known.Id == packet.Digest ? known : digest;
        }

        packet.Digest = 0;
        if (digest is null || DigestListener is null)
        {
            return;
        }

        int length = 0;
        foreach (CalculationInput field in digest.Fields)
        {
            length += (field.Width + 7) / 8;
        }

        Span<byte> sample = length <= 512 ? stackalloc byte[length] : new byte[length];
        int at = 0;
        foreach (CalculationInput field in digest.Fields)
        {
            if (field.Field is { Header: FixedHeader place } source)
            {
                at += Words.WriteBytes(packet.F.AsSpan(place.Header.Slot + source.Field.Slot), field.Width, sample[at..]);
            }
            else
            {
                ulong[] constant = new ulong[Words.Count(field.Width)];
                Words.Put(constant, 0, field.Width, field.Constant);
                at += Words.WriteBytes(constant, field.Width, sample[at..]);
            }
        }

        DigestListener.OnDigest(digest, sample, NowNs);
    }

    /// <summary>SplitMix64: the same seed gives the same numbers.</summary>
    public ulong NextRandom()
    {
        ulong z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included; false when they are the wrong way round.</summary>
    public bool TryRandom(ulong low, ulong high, out ulong value)
    {
        value = 0;
        if (low > high)
        {
            return false;
        }

        ulong span = high - low + 1;
        value = span == 0 ? NextRandom() : low + (ulong)(((UInt128)NextRandom() * span) >> 64);
        return true;
    }

    /// <summary>A register's cell; 0 outside the array.</summary>
    public ulong ReadRegister(int register, ulong index)
    {
        ulong[] cells = Registers[register];
        return index < (ulong)cells.Length ? cells[index] : 0;
    }

    /// <summary>A cell of a register wider than 64 bits; 0 outside the array.</summary>
    public UInt128 ReadWideRegister(int register, ulong index)
    {
        ulong[] cells = Registers[register];
        return index < (ulong)(cells.Length / 2) ? new UInt128(cells[(2 * index) + 1], cells[2 * index]) : 0;
    }

    /// <summary>True when the array has such a cell.</summary>
    public bool HasCell(int register, ulong index, int words) => index < (ulong)(Registers[register].Length / words);

    /// <summary>Writes a cell; nothing outside the array.</summary>
    public void WriteRegister(int register, ulong index, ulong value)
    {
        ulong[] cells = Registers[register];
        if (index < (ulong)cells.Length)
        {
            cells[index] = value;
        }
    }

    /// <summary>Writes a cell of a register wider than 64 bits; nothing outside the array.</summary>
    public void WriteWideRegister(int register, ulong index, UInt128 value)
    {
        ulong[] cells = Registers[register];
        if (index < (ulong)(cells.Length / 2))
        {
            cells[2 * index] = (ulong)value;
            cells[(2 * index) + 1] = (ulong)(value >> 64);
        }
    }

    /// <summary>A cell of a register wider than 128 bits; 0 outside the array.</summary>
    public BigInteger ReadBigRegister(int register, int width, ulong index) =>
        HasCell(register, index, Words.Count(width)) ? Words.GetAt(Registers[register], (int)index * Words.Count(width), width, false) : BigInteger.Zero;

    /// <summary>Writes a cell of a register wider than 128 bits; nothing outside the array.</summary>
    public void WriteBigRegister(int register, int width, ulong index, BigInteger value)
    {
        if (HasCell(register, index, Words.Count(width)))
        {
            Words.PutAt(Registers[register], (int)index * Words.Count(width), width, value);
        }
    }

    /// <summary>A register's cell of any width, for a controller.</summary>
    public BigInteger ReadCell(RegisterDef register, int index) =>
        Words.Get(Registers[register.Index].AsSpan(index * Words.Count(register.Width)), register.Width);

    /// <summary>Writes a register's cell of any width, for a controller.</summary>
    public void WriteCell(RegisterDef register, int index, BigInteger value) =>
        Words.Put(Registers[register.Index], index * Words.Count(register.Width), register.Width, value);

    /// <summary>Makes room for the headers and a payload of the packet's size.</summary>
    public void EnsureOut(PacketState packet)
    {
        int needed = _maxHeaderBytes + packet.Length;
        if (Out.Length < needed)
        {
            Out = new byte[needed * 2];
        }
    }

    /// <summary>Appends the payload, no more of it than the packet was truncated to, to the hash input; returns the new length.</summary>
    public int AppendPayload(PacketState packet, int length)
    {
        int payload = Math.Min(packet.Length - packet.HeaderEnd, packet.TruncateTo);
        if (Scratch.Length < length + payload)
        {
            Array.Resize(ref Scratch, (length + payload) * 2);
        }

        Buffer.BlockCopy(packet.Buffer, packet.HeaderEnd, Scratch, length, payload);
        return length + payload;
    }

    public void Count(int counter, ulong index, PacketState packet)
    {
        long[] packets = CounterPackets[counter];
        if (index >= (ulong)packets.Length)
        {
            return;
        }

        if (Later is not null)
        {
            Later.Count(counter, (int)index, packet.IngressLength);
        }
        else
        {
            packets[index]++;
            CounterBytes[counter][index] += packet.IngressLength;
        }
    }

    public bool TryMeter(int meter, ulong index, PacketState packet, out ulong color)
    {
        Meter[] meters = Meters[meter];
        color = 0;
        if (index >= (ulong)meters.Length)
        {
            return false;
        }

        color = meters[index].Execute(packet.IngressLength, NowNs);
        return true;
    }
}
