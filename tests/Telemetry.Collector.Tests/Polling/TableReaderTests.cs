using Telemetry.Collector.Contracts;
using Telemetry.Collector.Polling;
using Telemetry.Collector.Tests.Fixtures;
using Telemetry.P4Runtime;

namespace Telemetry.Collector.Tests.Polling;

public class TableReaderTests
{
    [Fact]
    public async Task ReadAsync_TablesWithAndWithoutCounters_CountsEntriesAndSums()
    {
        FakeSwitch fake = new();
        fake.Tables[(1, "Ingress.route")] = [(3, 300), (4, 400)];
        fake.Tables[(2, "Ingress.acl")] = [null, null, null];
        fake.Tables[(3, "Egress.empty")] = [];
        TableReader reader = new(InProcessCallInvoker.For(fake, new InProcessOptions()), 1);
        IReadOnlyList<TableStatistics> tables = await reader.ReadAsync(CancellationToken.None);
        Assert.Equal(
            [("Egress.empty", 0ul, false, 0ul, 0ul), ("Ingress.acl", 3, false, 0, 0), ("Ingress.route", 2, true, 7, 700)],
            tables.Select(table => (table.Name, table.Entries, table.HasPackets, table.Packets, table.Bytes)));
    }
}
