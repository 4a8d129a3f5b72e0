using Telemetry.Collector.Contracts;
using Telemetry.Collector.Devices;
using Telemetry.Collector.Tests.Fixtures;

namespace Telemetry.Collector.Tests.Devices;

public class LinuxTablesTests
{
    private readonly DeviceDetail _detail = new();

    [Fact]
    public void ReadQueues_OfTc_HasBacklogAndDrops()
    {
        LinuxTables.ReadQueues(
            """[{"kind":"tbf","handle":"5:","dev":"r1-eth0","root":true,"bytes":900,"packets":9,"drops":2,"overlimits":4,"requeues":0,"backlog":3000,"qlen":2}]""",
            _detail.Queues);
        Assert.Equal(
            new QueueCounters { Interface = "r1-eth0", Kind = "tbf", Handle = "5:", Bytes = 900, Packets = 9, Drops = 2, Overlimits = 4, BacklogBytes = 3000, BacklogPackets = 2 },
            Assert.Single(_detail.Queues));
    }

    [Fact]
    public void ReadNft_ChainsAndSets_CountsRulesOnly()
    {
        LinuxTables.ReadNft(
            """
            table inet filter { # handle 3
                set blocked { # handle 7
                    type ipv4_addr
                    elements = { 10.0.0.9 }
                }
                chain forward { # handle 1
                    type filter hook forward priority filter; policy drop;
                    ip saddr 10.0.1.0/24 counter packets 10 bytes 840 accept # handle 4
                    ip saddr @blocked counter packets 2 bytes 120 drop # handle 5
                    tcp dport 22 accept # handle 6
                }
                chain empty { # handle 2
                }
            }
            """,
            _detail.Tables);
        Assert.Equal([("nft inet filter forward", 3ul, 12ul, 960ul), ("nft inet filter empty", 0, 0, 0)],
            _detail.Tables.Select(table => (table.Name, table.Entries, table.Packets, table.Bytes)));
        Assert.False(_detail.Tables[1].HasPackets);
    }

    [Fact]
    public void ReadIptables_Save_SumsEachChain()
    {
        LinuxTables.ReadIptables("# made\n*filter\n:FORWARD DROP [5:6]\n[1:60] -A FORWARD -s 10.0.0.0/8 -j ACCEPT\n[2:80] -A FORWARD -j LOG\nCOMMIT\n", _detail.Tables);
        TableStatistics chain = Assert.Single(_detail.Tables);
        Assert.Equal(("iptables filter FORWARD", 2ul, 3ul, 140ul), (chain.Name, chain.Entries, chain.Packets, chain.Bytes));
    }

    [Fact]
    public void ReadRoutes_Lines_AreEntries() =>
        Assert.Equal(["default via 10.0.0.1 dev eth0", "10.0.0.0/24 dev eth0 scope link"],
            LinuxTables.ReadRoutes("default via 10.0.0.1 dev eth0 \n10.0.0.0/24 dev eth0 scope link \n").Rows);

    [ProgramFact("/usr/sbin/ip", "iproute2")]
    public async Task ReadAsync_OwnNamespace_SeesTheLoopbackInterface()
    {
        LinuxDeviceReader reader = new(new LinuxDevice("self", DeviceKind.Host, Environment.ProcessId, null), TimeProvider.System);
        (DeviceDetail detail, bool alive) = await reader.ReadAsync(1, CancellationToken.None);
        if (alive)
        {
            Assert.Contains(detail.Interfaces, counters => counters.Name == "lo");
            Assert.Contains(detail.Tables, table => table.Name == "routes");
        }
        else
        {
            Assert.False(Environment.IsPrivilegedProcess, detail.Fault); // only root may enter a namespace
            Assert.NotEmpty(detail.Fault);
        }
    }

    [Theory]
    [InlineData("r1=router:pid:12", true)]
    [InlineData("fw=firewall:netns:fw", true)]
    [InlineData("fw=firewall:netns:../x", false)]
    [InlineData("fw=switch:netns:x", false)]
    [InlineData("r1=router:pid:x", false)]
    [InlineData("r1:router=pid:1", false)]
    [InlineData("", false)]
    public void TryParse_Forms_AreToldApart(string text, bool valid) => Assert.Equal(valid, LinuxDevice.TryParse(text, out _));
}
