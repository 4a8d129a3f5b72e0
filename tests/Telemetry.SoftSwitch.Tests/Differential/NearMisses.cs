namespace Telemetry.SoftSwitch.Tests.Differential;

/// <summary>Random frames, most of them close to ones that a program knows: changed, cut, lengthened, spliced.</summary>
internal sealed class NearMisses(IReadOnlyList<(int Port, byte[] Frame)> known, IReadOnlyList<int> ports, int seed)
{
    private readonly Random _random = new(seed);

    public (int Port, byte[] Frame) Next()
    {
        int kind = _random.Next(10);
        int port = ports[_random.Next(ports.Count)];
        if (known.Count == 0 || kind == 9)
        {
            byte[] random = new byte[_random.Next(1, 160)];
            _random.NextBytes(random);
            return (port, random);
        }

        (int knownPort, byte[] model) = known[_random.Next(known.Count)];
        List<byte> frame = [.. model];
        if (kind is 7)
        {
            frame = [.. frame.Take(_random.Next(1, frame.Count + 1))];
        }
        else if (kind is 8)
        {
            byte[] other = known[_random.Next(known.Count)].Frame;
            int cut = _random.Next(Math.Min(frame.Count, other.Length));
            frame = [.. frame.Take(cut), .. other.Skip(cut)];
        }

        for (int edits = _random.Next(kind < 5 ? 4 : 9); edits > 0 && frame.Count > 0; edits--)
        {
            int at = _random.Next(frame.Count);
            frame[at] = _random.Next(4) switch
            {
                0 => (byte)(frame[at] ^ (1 << _random.Next(8))),
                1 => (byte)(frame[at] + _random.Next(-2, 3)),
                2 => Interesting(),
                _ => (byte)_random.Next(256),
            };
        }

        for (int more = _random.Next(6) == 0 ? _random.Next(40) : 0; more > 0; more--)
        {
            frame.Add((byte)_random.Next(256));
        }

        return (_random.Next(8) == 0 ? port : knownPort, [.. frame]);
    }

    private byte Interesting() => _random.Next(5) switch { 0 => 0, 1 => 0xFF, 2 => 0x80, 3 => 0x7F, _ => 1 };
}
