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
    public void Make_AnyPort_GivesAFrameThatSaysSoWithItsCookie()
    {
        (byte[] frame, ulong cookie) = _book.Make(End, 7);

        Assert.Equal((End, cookie), LinkProbe.Read(frame));
        Assert.Equal(cookie, LinkProbe.Cookie([1, 2, 3], End, 7));
        Assert.Equal("0180C200000E02000002000388CC", Convert.ToHexString(frame[..14]));
        Assert.Contains("s2", Encoding.Latin1.GetString(frame), StringComparison.Ordinal);
    }

    [Fact]
    public void Make_OtherKeyPortOrNumber_GivesAnotherCookie()
    {
        ulong[] cookies =
        [
            _book.Make(End, 7).Cookie,
            _book.Make(End, 8).Cookie,
            _book.Make(End with { Port = 2 }, 7).Cookie,
            new ProbeBook(Networks.Linear3, [9]).Make(End, 7).Cookie,
            new ProbeBook(Networks.Linear3, null).Make(End, 7).Cookie,
            new ProbeBook(Networks.Linear3, null).Make(End, 7).Cookie,
        ];

        Assert.Equal(cookies.Length, cookies.Distinct().Count());
    }

    [Fact]
    public void Read_EveryTruncationAndRandomBytes_IsNull()
    {
        byte[] frame = _book.Make(End, 7).Frame;
        for (int length = 0; length < frame.Length - 2; length++)
        {
            Assert.Null(LinkProbe.Read(frame.AsSpan(0, length)));
        }

        Random random = new(7);
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(frame);
            frame[12] = 0x88;
            frame[13] = 0xCC;
            Assert.Null(LinkProbe.Read(frame.AsSpan(0, random.Next(frame.Length))));
        }
    }
}
