using P4.V1;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Tests.Desired;

public sealed class EntryTextTests
{
    [Theory]
    [InlineData("Ingress.route hdr.ipv4.dst_addr=10.0.1.0/24 hdr.vlan[0].id=7 -> Ingress.forward(mac=08:00:00:00:01:11, port=1)")]
    [InlineData("Ingress.route hdr.vlan[0].id=7 -> Ingress.drop() idle-timeout 30s metadata 0x0aff meter cir=1 cburst=2 pir=3 pburst=4 eburst=5")]
    [InlineData("Ingress.route default -> Ingress.drop()")]
    [InlineData("Ingress.acl hdr.ipv4.src_addr=10.0.0.0/8 meta.port=80..443 hdr.ipv4.protocol=17 meta.tag=\"a b\\\"c\" priority 10 -> Ingress.drop()")]
    [InlineData("Ingress.acl hdr.ipv4.src_addr=10.0.0.1&&&0xff0000ff meta.tag=eth-1/1 priority 2147483647 -> Ingress.drop()")]
    [InlineData("Ingress.balance meta.group=1 -> member 3")]
    [InlineData("Ingress.balance meta.group=2 -> group 4")]
    [InlineData("Ingress.balance meta.group=3 -> { Ingress.forward(mac=00:00:00:00:00:01, port=1) weight 2 watch 1; Ingress.drop() } mode hash size members")]
    [InlineData("member Ingress.members 3 -> Ingress.forward(mac=00:00:00:00:00:01, port=511)")]
    [InlineData("group Ingress.members 4 max-size 8 -> 3 weight 2 watch 7, 5")]
    [InlineData("multicast 5 -> 1, 2#3, 4|5|6#2")]
    [InlineData("multicast 6 -> 1 metadata 0x01")]
    [InlineData("clone 250 -> 500 truncate 128 class 3")]
    [InlineData("counter Ingress.rx[7] packets=1 bytes=2")]
    [InlineData("direct-counter Ingress.route hdr.vlan[0].id=7 : packets=1 bytes=2")]
    [InlineData("meter Ingress.police[3] cir=1 cburst=2 pir=3 pburst=4")]
    [InlineData("meter Ingress.police[*]")]
    [InlineData("direct-meter Ingress.route hdr.vlan[0].id=7 : cir=1 cburst=2 pir=3 pburst=4")]
    [InlineData("register Egress.seen[2] = {mac=08:00:00:00:01:11, port=3}")]
    [InlineData("digest learn_t max-list 16 max-wait 10ms ack-timeout 1s")]
    [InlineData("value-set Parser.tpids -> {type=33024 flags=1&&&0x3}, {type=34984}")]
    [InlineData("value-set Parser.tpids")]
    [InlineData("extern Ingress.box type.example/Box AQI=")]
    public void Parse_BoundAndWritten_IsTheSameLine(string line)
    {
        P4Entry entry = EveryKind.Program.Bind(EntryText.Parse(line));

        Assert.Equal(line, entry.Text);
        Assert.Equal(entry, EveryKind.Program.Bind(entry.ToSpec()));
        Assert.Equal(Entity.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(entry.Entity)), entry.Entity);
    }

    [Theory]
    [InlineData("route hdr.vlan[0].id = 7", "'hdr.vlan[0].id' is neither key=match")]
    [InlineData("route x=1 prio 5", "'prio' is neither key=match")]
    [InlineData("route x=1 ->", "column 13: found the end; expected an action, member N, group N")]
    [InlineData("route x=1 -> forward(mac=1", "column 27: found the end; expected )")]
    [InlineData("route x=1 -> forward(mac 1)", "column 26: found '1)'; expected =")]
    [InlineData("route x=1 -> drop() extra", "'extra' is neither")]
    [InlineData("route x=1 priority high", "column 20: found 'high'; expected a priority")]
    [InlineData("member members x", "column 16: found 'x'; expected the member's id")]
    [InlineData("multicast 1 -> 1;2", "column 17: found ';2'; expected the end of the entry")]
    [InlineData("counter rx[x] packets=1", "'rx[x]': expected a cell such as [3]")]
    [InlineData("digest learn_t max-wait 5", "column 25: found '5'; expected a time such as 30s")]
    [InlineData("", "column 1: found the end; expected a table")]
    public void Parse_Wrong_SaysWhereAndWhat(string line, string expected)
    {
        Assert.StartsWith(expected, Assert.Throws<EntryFormatException>(() => EntryText.Parse(line)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RandomCharacters_OnlyFormatFaults()
    {
        Random random = new(5);
        const string Alphabet = "abz019 =->(){},;#|&\"\\/.[]*:\t";
        string[] starts = ["route ", "member m 1 ", "group g 1 -> ", "multicast 1 -> ", "clone 1 -> ", "counter rx[1] ", "value-set v -> ", "register r[1] = ", ""];
        for (int i = 0; i < 20_000; i++)
        {
            string line = starts[i % starts.Length] + string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                EntrySpec spec = EntryText.Parse(line);
                EveryKind.Program.Bind(spec);
            }
            catch (Exception fault) when (fault is EntryFormatException or P4InfoException)
            {
                Assert.NotEmpty(fault.Message);
            }
        }
    }
}
