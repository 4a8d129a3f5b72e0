using Telemetry.P4Runtime.Schema;

namespace Telemetry.P4Runtime.Tests.Schema;

public sealed class NameDistanceTests
{
    private static readonly string[] s_names = ["Ingress.ipv4_lpm", "Ingress.acl", "Egress.int_node"];

    [Theory]
    [InlineData("ipv4_lmp", "Ingress.ipv4_lpm")]
    [InlineData("Ingres.ipv4_lpm", "Ingress.ipv4_lpm")]
    [InlineData("INGRESS.ACL", "Ingress.acl")]
    [InlineData("acll", "Ingress.acl")]
    [InlineData("intnode", "Egress.int_node")]
    [InlineData("registers", null)]
    [InlineData("", null)]
    public void Closest_Typo_FindsWhatWasMeant(string typed, string? expected) => Assert.Equal(expected, NameDistance.Closest(typed, s_names));
}
