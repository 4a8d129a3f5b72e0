using System.Globalization;
using System.Net;
using Telemetry.Wire.Int;
using Telemetry.Wire.Reports;

namespace Telemetry.Collector.Captures;

/// <summary>
/// A condition on reports: comparisons of fields (<c>== != &lt; &lt;= &gt; &gt;=</c>, and <c>in</c> for networks and ranges), words that hold or not, joined by
/// <c>and</c>, <c>or</c>, <c>not</c> and parentheses: <c>src in 10.0.1.0/24 and (latency &gt; 500 or drop)</c>. A field that every hop has holds if any hop's does.
/// </summary>
public sealed class ReportFilter
{
    private static readonly Dictionary<string, Func<Packet, IEnumerable<double>>> s_numbers = new(StringComparer.Ordinal)
    {
        ["packet"] = p => [p.Number],
        ["time"] = p => [(double)p.Seconds],
        ["version"] = p => [p.Report.Version switch { ReportVersion.V20 => 2, ReportVersion.V10 => 1, _ => 0.5 }],
        ["node"] = p => [p.Report.NodeId],
        ["hw"] = p => [p.Report.HardwareId],
        ["seq"] = p => [p.Report.Sequence],
        ["sport"] = p => p.Report.HasFlow ? [p.Report.Flow.SourcePort] : [],
        ["dport"] = p => p.Report.HasFlow ? [p.Report.Flow.DestinationPort] : [],
        ["proto"] = p => p.Report.HasFlow ? [p.Report.Flow.Protocol] : [],
        ["bytes"] = p => p.Report.HasFlow ? [p.Report.OriginalIpLength] : [],
        ["ttl"] = p => p.Report.HasFlow ? [p.Report.Ttl] : [],
        ["dscp"] = p => p.Report.HasFlow ? [p.Report.Dscp] : [],
        ["id"] = p => p.Report.HasFlow ? [p.Report.IpIdentification] : [],
        ["vlan"] = p => p.Report.VlanId >= 0 ? [p.Report.VlanId] : [],
        ["vni"] = p => p.Report.NetworkId >= 0 ? [p.Report.NetworkId] : [],
        ["hops"] = p => [p.Report.HopCount],
        ["reason"] = p => p.Report.HasOwn && p.Report.Own.Has(HopFields.DropReason) ? [p.Report.Own.DropReason] : [],
        ["hop"] = p => Each(p.Report, HopFields.NodeId, hop => hop.NodeId),
        ["in"] = p => Each(p.Report, HopFields.IngressPort, hop => hop.IngressPort),
        ["out"] = p => Each(p.Report, HopFields.EgressPort, hop => hop.EgressPort),
        ["latency"] = p => Each(p.Report, HopFields.HopLatency, hop => hop.HopLatency),
        ["queue"] = p => Each(p.Report, HopFields.Queue, hop => hop.QueueId),
        ["depth"] = p => Each(p.Report, HopFields.Queue, hop => hop.QueueOccupancy),
    };

    private static readonly Dictionary<string, Func<DecodedReport, IEnumerable<(UInt128 Address, bool IsIpv6)>>> s_addresses = new(StringComparer.Ordinal)
    {
        ["src"] = r => r.HasFlow ? [(r.Flow.Source, r.Flow.IsIpv6)] : [],
        ["dst"] = r => r.HasFlow ? [(r.Flow.Destination, r.Flow.IsIpv6)] : [],
        ["addr"] = r => r.HasFlow ? [(r.Flow.Source, r.Flow.IsIpv6), (r.Flow.Destination, r.Flow.IsIpv6)] : [],
    };

    private static readonly Dictionary<string, Func<DecodedReport, bool>> s_words = new(StringComparer.Ordinal)
    {
        ["drop"] = r => (r.Flags & ReportFlags.Dropped) != 0,
        ["congested"] = r => (r.Flags & ReportFlags.CongestedQueue) != 0,
        ["tracked"] = r => (r.Flags & ReportFlags.TrackedFlow) != 0,
        ["intermediate"] = r => (r.Flags & ReportFlags.Intermediate) != 0,
        ["flow"] = r => r.HasFlow,
        ["tcp"] = r => r.HasFlow && r.Flow.Protocol == 6,
        ["udp"] = r => r.HasFlow && r.Flow.Protocol == 17,
        ["ipv6"] = r => r.HasFlow && r.Flow.IsIpv6,
        ["tunnel"] = r => r.HasOuterFlow,
        ["int"] = r => r.HasInt,
        ["mx"] = r => r.HasInt && r.IntType == IntType.Instructions,
        ["own"] = r => r.HasOwn,
        ["incomplete"] = r => r.HopsExceeded || r.MtuExceeded,
    };

    private readonly Func<Packet, bool> _holds;

    private ReportFilter(Func<Packet, bool> holds) => _holds = holds;

    /// <summary>Everything that a condition may name.</summary>
    public static string Fields => string.Join(", ", s_numbers.Keys.Concat(s_addresses.Keys).Concat(s_words.Keys).Order(StringComparer.Ordinal));

    /// <summary>Reads a condition.</summary>
    /// <exception cref="ArgumentException">It is none; says where and what was expected.</exception>
    public static ReportFilter Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Reader reader = new(text);
        Func<Packet, bool> holds = Either(reader);
        return reader.AtEnd ? new ReportFilter(holds) : throw reader.Fault("\"and\", \"or\" or the end is expected");
    }

    /// <summary>True where the condition holds.</summary>
    public bool Holds(long packet, decimal seconds, DecodedReport report) => _holds(new Packet(packet, seconds, report));

    private static List<double> Each(DecodedReport report, HopFields field, Func<HopMetadata, double> value)
    {
        List<double> values = [];
        foreach (HopMetadata hop in report.Hops)
        {
            if (hop.Has(field))
            {
                values.Add(value(hop));
            }
        }

        if (report.HasOwn && report.Own.Has(field))
        {
            values.Add(value(report.Own));
        }

        return values;
    }

    private static Func<Packet, bool> Either(Reader reader)
    {
        Func<Packet, bool> left = Both(reader);
        while (reader.Take("or", "||"))
        {
            (Func<Packet, bool> a, Func<Packet, bool> b) = (left, Both(reader));
            left = packet => a(packet) || b(packet);
        }

        return left;
    }

    private static Func<Packet, bool> Both(Reader reader)
    {
        Func<Packet, bool> left = One(reader);
        while (reader.Take("and", "&&"))
        {
            (Func<Packet, bool> a, Func<Packet, bool> b) = (left, One(reader));
            left = packet => a(packet) && b(packet);
        }

        return left;
    }

    private static Func<Packet, bool> One(Reader reader)
    {
        if (reader.Take("not", "!"))
        {
            Func<Packet, bool> inner = One(reader);
            return packet => !inner(packet);
        }

        if (reader.Take("("))
        {
            Func<Packet, bool> inner = Either(reader);
            return reader.Take(")") ? inner : throw reader.Fault("\")\" is expected");
        }

        string name = reader.Next();
        if (s_words.TryGetValue(name, out Func<DecodedReport, bool>? word))
        {
            return packet => word(packet.Report);
        }

        if (s_addresses.TryGetValue(name, out Func<DecodedReport, IEnumerable<(UInt128, bool)>>? addresses))
        {
            return Address(reader, addresses);
        }

        return s_numbers.TryGetValue(name, out Func<Packet, IEnumerable<double>>? numbers)
            ? Number(reader, numbers)
            : throw reader.FaultBefore(name.Length == 0 ? $"a field is expected; known: {Fields}" : $"there is no field \"{name}\"; known: {Fields}");
    }

    private static Func<Packet, bool> Number(Reader reader, Func<Packet, IEnumerable<double>> values)
    {
        string comparison = reader.Next();
        string text = reader.Next();
        if (comparison == "in")
        {
            string[] ends = text.Split("..");
            return ends.Length == 2 && TryNumber(ends[0], out double least) && TryNumber(ends[1], out double most)
                ? packet => values(packet).Any(value => value >= least && value <= most)
                : throw reader.FaultBefore("a range such as 10..20 is expected");
        }

        Func<double, double, bool> holds = comparison switch
        {
            "==" or "=" => static (a, b) => a == b,
            "!=" => static (a, b) => a != b,
            "<" => static (a, b) => a < b,
            "<=" => static (a, b) => a <= b,
            ">" => static (a, b) => a > b,
            ">=" => static (a, b) => a >= b,
            _ => throw reader.FaultBefore("==, !=, <, <=, >, >= or in is expected"),
        };
        return TryNumber(text, out double number)
            ? packet => values(packet).Any(value => holds(value, number))
            : throw reader.FaultBefore($"a number is expected, not \"{text}\"");
    }

    private static bool TryNumber(string text, out double number)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong hex))
        {
            number = hex;
            return true;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static Func<Packet, bool> Address(Reader reader, Func<DecodedReport, IEnumerable<(UInt128 Address, bool IsIpv6)>> values)
    {
        string comparison = reader.Next();
        string text = reader.Next();
        if (comparison == "in" && IPNetwork.TryParse(text, out IPNetwork network))
        {
            (UInt128 prefix, bool isIpv6) = Value(network.BaseAddress);
            int cut = (isIpv6 ? 128 : 32) - network.PrefixLength;
            return packet => values(packet.Report).Any(value => value.IsIpv6 == isIpv6 && (cut == 128 || value.Address >> cut == prefix >> cut));
        }

        if (comparison is not ("==" or "=" or "!=") || !IPAddress.TryParse(text, out IPAddress? address))
        {
            throw reader.FaultBefore("== ADDRESS, != ADDRESS or in NETWORK/BITS is expected");
        }

        (UInt128, bool) wanted = Value(address);
        return comparison == "!="
            ? packet => values(packet.Report).All(value => value != wanted)
            : packet => values(packet.Report).Any(value => value == wanted);
    }

    private static (UInt128 Address, bool IsIpv6) Value(IPAddress address)
    {
        UInt128 value = 0;
        byte[] bytes = address.GetAddressBytes();
        foreach (byte one in bytes)
        {
            value = (value << 8) | one;
        }

        return (value, bytes.Length == 16);
    }

    private readonly record struct Packet(long Number, decimal Seconds, DecodedReport Report);

    /// <summary>Words of a condition.</summary>
    private sealed class Reader(string text)
    {
        private int _at;
        private int _before;

        public bool AtEnd
        {
            get
            {
                Skip();
                return _at == text.Length;
            }
        }

        public bool Take(params ReadOnlySpan<string> words)
        {
            int start = _at;
            string next = Next();
            foreach (string word in words)
            {
                if (next == word)
                {
                    return true;
                }
            }

            _at = start;
            return false;
        }

        /// <summary>The next word; empty at the end.</summary>
        public string Next()
        {
            Skip();
            _before = _at;
            int start = _at;
            if (_at < text.Length && text[_at] is '(' or ')')
            {
                _at++;
            }
            else if (_at < text.Length && IsSign(text[_at]))
            {
                while (_at < text.Length && IsSign(text[_at]) && (_at == start || text[_at] != '!'))
                {
                    _at++;
                }
            }
            else
            {
                while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('(' or ')') && !IsSign(text[_at]))
                {
                    _at++;
                }
            }

            return text[start.._at];
        }

        public ArgumentException Fault(string why)
        {
            Skip();
            return new ArgumentException($"filter, at {_at + 1} of \"{text}\": {why}");
        }

        public ArgumentException FaultBefore(string why) => new($"filter, at {_before + 1} of \"{text}\": {why}");

        private static bool IsSign(char c) => c is '=' or '!' or '<' or '>' or '&' or '|';

        private void Skip()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }
    }
}
