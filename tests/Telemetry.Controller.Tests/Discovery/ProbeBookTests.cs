using System.Text;
using Telemetry.Controller.Discovery;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Topologies;

namespace Telemetry.Controller.Tests.Discovery;

public sealed class ProbeBookTests
{
    private static readonly LinkEnd End = new("s2", 3);
    private readonly ProbeBook _book = new(Networks.Linear3, [1, 2, 3]);

    [Fact]
    public void Read_OwnFrame_GivesThePortThatSentIt() => Assert.Equal(End, _book.Read(_book.Frame(End)));

    [Fact]
    public void Read_OtherKey_IsNull()
    {
        Assert.Null(new ProbeBook(Networks.Linear3, [9]).Read(_book.Frame(End)));
        Assert.Null(new ProbeBook(Networks.Linear3, null).Read(_book.Frame(End)));
    }

    [Fact]
    public void Read_CookieOfAnotherPort_IsNull()
    {
        ulong cookie = LinkProbe.Read(_book.Frame(End))!.Value.Cookie;

        Assert.Equal(cookie, LinkProbe.Cookie([1, 2, 3], End));
        Assert.Null(_book.Read(LinkProbe.Write(End with { Port = 2 }, cookie, 2)));
    }

    [Fact]
    public void Read_EveryTruncationAndRandomBytes_IsNull()
    {
        byte[] frame = _book.Frame(End).ToArray();
        for (int length = 0; length < frame.Length - 2; length++)
        {
            Assert.Null(_book.Read(frame.AsSpan(0, length)));
        }

        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(frame);
            frame[12] = 0x88;
            frame[13] = 0xCC;
            Assert.Null(_book.Read(frame.AsSpan(0, random.Next(frame.Length))));
        }
    }

    [Fact]
    public void Frame_AnyPort_IsLldpToTheNearestBridge()
    {
        byte[] frame = _book.Frame(End);

        Assert.Equal("0180C200000E02000002000388CC", Convert.ToHexString(frame[..14]));
        Assert.Contains("s2", Encoding.Latin1.GetString(frame), StringComparison.Ordinal);
    }
}
