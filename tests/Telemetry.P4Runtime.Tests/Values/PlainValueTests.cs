using System.Globalization;
using System.Net;
using System.Numerics;
using Telemetry.P4Runtime.Values;

namespace Telemetry.P4Runtime.Tests.Values;

/// <summary>The quick reader of plain notations against the thorough one.</summary>
public sealed class PlainValueTests
{
    [Fact]
    public void Parse_PlainNotations_AsBigIntegersWould()
    {
        Random random = new(7);
        for (var i = 0; i < 2000; i++)
        {
            var number = (uint)random.NextInt64(1L << random.Next(1, 33));
            var field = new ValueField("x", 32);
            var expected = CanonicalBytes.Encode((BigInteger)number, field);
            Assert.Equal(expected, ValueText.Parse(number.ToString(CultureInfo.InvariantCulture), field));
            Assert.Equal(expected, ValueText.Parse(new IPAddress([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]).ToString(), field));
            var mac = ((ulong)number << 16) | (uint)random.Next(65536);
            var macText = string.Join(':', Enumerable.Range(0, 6).Select(b => ((mac >> (40 - (8 * b))) & 0xff).ToString(b % 2 == 0 ? "x2" : "X2", CultureInfo.InvariantCulture)));
            Assert.Equal(CanonicalBytes.Encode((BigInteger)mac, new ValueField("m", 48)), ValueText.Parse(macText, new ValueField("m", 48)));
            var length = random.Next(33);
            var (value, prefix) = ValueText.ParsePrefix($"{number}/{length}", field);
            Assert.Equal((CanonicalBytes.Encode(number & ValueText.PrefixMask(length, 32), field), length), (value, prefix));
        }
    }

    [Theory, InlineData("1.2.3"), InlineData("1.2.3.4.5"), InlineData("1.2.3.256"), InlineData("..."), InlineData("4294967296"), InlineData(""), InlineData("1-2")]
    public void Parse_NotQuitePlain_Refused(string text) => Assert.Throws<P4ValueException>(() => ValueText.Parse(text, new ValueField("hdr.ipv4.dst_addr", 32)));
}
