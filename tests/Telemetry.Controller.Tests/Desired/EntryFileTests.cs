using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Fakes;

namespace Telemetry.Controller.Tests.Desired;

public sealed class EntryFileTests
{
    [Fact]
    public void Format_AnyOrder_SameTextAndReadsBack()
    {
        IReadOnlyList<P4Entry> entries = EntryFile.Parse("s1.p4e", """
            # routes of s1
            route hdr.vlan[0].id=10 -> drop    # the last one
            route hdr.vlan[0].id=9 -> forward(mac=1, port=2)
            route default -> drop

            acl meta.tag=x priority 5 -> drop
            acl meta.tag=x priority 50 -> drop
            member members 1 -> drop
            group members 1 -> 1
            clone 7 -> 3
            """).Bind(EveryKind.Program);

        string text = EntryFile.Format(entries.Reverse());

        Assert.Equal(
            """
            member Ingress.members 1 -> Ingress.drop()

            clone 7 -> 3

            group Ingress.members 1 -> 1

            Ingress.route default -> Ingress.drop()
            Ingress.route hdr.vlan[0].id=9 -> Ingress.forward(mac=00:00:00:00:00:01, port=2)
            Ingress.route hdr.vlan[0].id=10 -> Ingress.drop()

            Ingress.acl meta.tag=x priority 50 -> Ingress.drop()
            Ingress.acl meta.tag=x priority 5 -> Ingress.drop()

            """,
            text);
        Assert.Equal(text, EntryFile.Format(EntryFile.Parse("again", text).Bind(EveryKind.Program)));
    }

    [Fact]
    public void Bind_Faults_EachWithItsLine()
    {
        EntryFile file = EntryFile.Parse("s1.p4e", """
            rout hdr.vlan[0].id=1 -> drop
            route hdr.vlan[0].id=5000 -> forward(port=1)
            balance meta.group=1 -> drop
            route hdr.vlan[0].id=1 -> NoAction
            route hdr.vlan[0].id=1 -> drop
            route hdr.vlan[0].id=1 -> drop
            meter police[4] cir=1 pir=0
            """);

        EntryFileException fault = Assert.Throws<EntryFileException>(() => file.Bind(EveryKind.Program));

        Assert.Equal(
            """
            s1.p4e:1: no table rout; did you mean Ingress.route? known: Ingress.acl, Ingress.balance, Ingress.route
            s1.p4e:2: table Ingress.route: hdr.vlan[0].id (bit<12>): 0x1388 needs 13 bits
            s1.p4e:2: action Ingress.forward: no value for mac (48 bits)
            s1.p4e:3: table Ingress.balance takes its actions from Ingress.members: expected member N, group N or { action(...); ... }
            s1.p4e:4: table Ingress.route has no action NoAction; known actions: Ingress.forward, Ingress.drop
            s1.p4e:6: is the same entry as in line 5
            s1.p4e:7: meter Ingress.police: expected rates from 0 up and pir not below cir; given: cir=1 cburst=0 pir=0 pburst=0
            s1.p4e:7: meter Ingress.police has cells 0 to 3; given: 4
            """,
            fault.Message);
    }

    [Fact]
    public void Parse_LinesThatAreNoEntries_AllListed()
    {
        EntryFileException fault = Assert.Throws<EntryFileException>(() => EntryFile.Parse("x", "route ->\nroute x=1 -> drop\nclone x"));
        Assert.Equal(["x:1", "x:3"], fault.Faults.Select(f => $"{f.File}:{f.Line}"));
    }
}
