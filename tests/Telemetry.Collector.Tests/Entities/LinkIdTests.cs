using Telemetry.Collector.Entities;

namespace Telemetry.Collector.Tests.Entities;

public class LinkIdTests
{
    private static readonly LinkId s_link = new(new PortId("s2", 1), new PortId("s1", 3));

    [Fact]
    public void ToString_AnyLink_NamesBothEndsInTheDirectionOfTravel() => Assert.Equal("s2-p1>s1-p3", s_link.ToString());

    [Fact]
    public void Undirected_EitherDirection_IsTheSameLink() =>
        Assert.Equal(s_link.Undirected, new LinkId(s_link.B, s_link.A).Undirected);
}
