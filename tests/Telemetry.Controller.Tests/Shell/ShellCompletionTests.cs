using Telemetry.Controller.Client;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Shell;
using Telemetry.Controller.Tests.Fakes;

namespace Telemetry.Controller.Tests.Shell;

public sealed class ShellCompletionTests
{
    [Theory]
    [InlineData("ent", "entries ")]
    [InlineData("entries ro", "Ingress.route")]
    [InlineData("insert Ingress.ro", "Ingress.route ")]
    [InlineData("insert route hdr.i", "hdr.ipv4.dst_addr=")]
    [InlineData("insert route hdr.vlan[0].id=7 ", "-> ", "default ", "hdr.ipv4.dst_addr=")]
    [InlineData("insert acl meta.tag=x pr", "priority ")]
    [InlineData("insert route hdr.vlan[0].id=7 -> ", "Ingress.drop()", "Ingress.forward(")]
    [InlineData("insert route hdr.vlan[0].id=7 -> Ingress.forward(", "mac=", "port=")]
    [InlineData("insert route hdr.vlan[0].id=7 -> Ingress.forward(mac=1, p", "port=")]
    [InlineData("insert balance meta.group=1 -> g", "group ")]
    [InlineData("modify register s", "Egress.seen[")]
    [InlineData("counters h", "Ingress.hits")]
    [InlineData("digests le", "learn_t")]
    [InlineData("entries --co", "--count ", "--counters ")]
    [InlineData("help tr", "trace")]
    [InlineData("nosuch x")]
    public async Task Complete_Typed_OffersWhatIsLegal(string line, params string[] expected)
    {
        await using P4Shell shell = new(new ShellOptions
        {
            Connect = (_, _) => Task.FromException<P4Switch>(new ShellException("nobody is there")),
            LoadProgram = path => P4Program.Load(path),
            Program = EveryKind.Program,
        });

        ShellCompletion completion = shell.Complete(line);

        Assert.Equal(expected, completion.Candidates);
        Assert.InRange(completion.Start, 0, line.Length);
    }
}
