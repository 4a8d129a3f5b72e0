using Grpc.Core;
using P4.V1;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Index = P4.V1.Index;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Entities;

/// <summary>P4Runtime v1.5, sections 9.3, 9.4 and 9.7: counters, meters and registers.</summary>
public sealed class ArrayTests : IDisposable
{
    private static readonly uint Cells = Info.Counters.Get("cells").Id;
    private static readonly uint Meters = Info.Meters.Get("cell_meters").Id;
    private static readonly uint Registers = Info.Registers.Get("cell_values").Id;
    private readonly ServiceFixture _fixture = new();

    public ArrayTests() => _fixture.Controller.Insert(
        Entry("acl", "hdr.probe.flags=1", "count index=1", 1), Entry("acl", "hdr.probe.flags=9", "count index=9", 1));

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Counters_CountAndAreSetByCellOrWhole()
    {
        _fixture.Probe(flags: 1);
        _fixture.Probe(flags: 9); // outside: nothing happens
        Assert.Equal([(0L, 0L), (1, 10), (0, 0), (0, 0)], Counters(null));
        Set(Type.Modify, new CounterEntry { CounterId = Cells, Index = new Index { Index_ = 2 }, Data = new CounterData { PacketCount = 5, ByteCount = 6 } });
        Set(Type.Modify, new CounterEntry { CounterId = Cells, Index = new Index { Index_ = 1 } }); // no data: unchanged
        Assert.Equal([(0L, 0L), (1, 10), (5, 6), (0, 0)], Counters(null));
        Assert.Equal([(5L, 6L)], Counters(2));
        Set(Type.Modify, new CounterEntry { CounterId = Cells, Data = new CounterData { PacketCount = 3 } });
        Assert.Equal(Enumerable.Repeat((3L, 0L), 4), Counters(null));
        Assert.Equal(4, _fixture.Controller.Read(new Entity { CounterEntry = new() }).Count);
        Assert.Equal(StatusCode.InvalidArgument, Set(Type.Insert, new CounterEntry { CounterId = Cells }));
        Assert.Equal(StatusCode.InvalidArgument, Set(Type.Delete, new CounterEntry { CounterId = Cells }));
        Assert.Equal(StatusCode.InvalidArgument, Set(Type.Modify, new CounterEntry { CounterId = Cells, Index = new Index { Index_ = -1 } }));
        Assert.Equal(StatusCode.OutOfRange, Set(Type.Modify, new CounterEntry { CounterId = Cells, Index = new Index { Index_ = 4 } }));
        Assert.Equal(StatusCode.NotFound, Set(Type.Modify, new CounterEntry { CounterId = 4 }));
    }

    [Fact]
    public void DirectCounter_ReadByEntryTableOrAll()
    {
        TableEntry entry = Entry("exact_table", "hdr.probe.a=5", "mark value=7");
        _fixture.Controller.Insert(entry, Entry("exact_table", "hdr.probe.a=6", "mark value=7"));
        _fixture.Probe(5);
        TableEntry key = Key("exact_table", "hdr.probe.a=5");
        DirectCounterEntry read = Assert.Single(_fixture.Controller.Read(new Entity { DirectCounterEntry = new() { TableEntry = key } })).DirectCounterEntry;
        Assert.Equal(new DirectCounterEntry { TableEntry = key, Data = new CounterData { PacketCount = 1, ByteCount = 10 } }, read);
        Assert.Equal(2, _fixture.Controller.Read(new Entity { DirectCounterEntry = new() { TableEntry = new() { TableId = key.TableId } } }).Count);
        Assert.Equal(2, _fixture.Controller.Read(new Entity { DirectCounterEntry = new() }).Count);
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Modify, new Entity { DirectCounterEntry = new() { TableEntry = key, Data = new CounterData { PacketCount = 8 } } }));
        Assert.Equal(8, _fixture.Controller.Read(new Entity { DirectCounterEntry = new() { TableEntry = key } })[0].DirectCounterEntry.Data.PacketCount);
        TableEntry byDefault = new() { TableId = key.TableId, IsDefaultAction = true };
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Modify, new Entity { DirectCounterEntry = new() { TableEntry = byDefault, Data = new CounterData { PacketCount = 2 } } }));
        Assert.Equal(2, _fixture.Controller.Read(new Entity { DirectCounterEntry = new() { TableEntry = byDefault } })[0].DirectCounterEntry.Data.PacketCount);
        TableEntry absent = Key("exact_table", "hdr.probe.a=9");
        Assert.Equal(StatusCode.NotFound, _fixture.Controller.TryRead(new Entity { DirectCounterEntry = new() { TableEntry = absent } }).Code);
        Assert.Equal(StatusCode.NotFound, _fixture.Controller.Try(Type.Modify, new Entity { DirectCounterEntry = new() { TableEntry = absent } }).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Insert, new Entity { DirectCounterEntry = new() { TableEntry = key } }).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.TryRead(new Entity { DirectCounterEntry = new() { TableEntry = new() { TableId = TableId("acl") } } }).Code);
    }

    [Fact]
    public void Meter_MarksByItsRatesAndCountsColours()
    {
        MeterConfig config = new() { Cir = 1, Cburst = 1, Pir = 1, Pburst = 2 };
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Modify, new Entity { MeterEntry = new() { MeterId = Meters, Index = new Index { Index_ = 1 }, Config = config } }));
        for (int i = 0; i < 4; i++)
        {
            _fixture.Probe(flags: 1);
        }

        MeterEntry read = Assert.Single(_fixture.Controller.Read(new Entity { MeterEntry = new() { MeterId = Meters, Index = new Index { Index_ = 1 }, CounterData = new() } })).MeterEntry;
        Assert.Equal(config, read.Config);
        Assert.Equal((1L, 1L, 2L), (read.CounterData.Green.PacketCount, read.CounterData.Yellow.PacketCount, read.CounterData.Red.PacketCount));
        Assert.Equal([null, config, null, null], _fixture.Controller.Read(new Entity { MeterEntry = new() }).Select(e => e.MeterEntry.Config));
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Modify, new Entity { MeterEntry = new() { MeterId = Meters, CounterData = new() } }));
        Assert.All(_fixture.Controller.Read(new Entity { MeterEntry = new() { CounterData = new() } }), e => Assert.True(e.MeterEntry.Config is null && e.MeterEntry.CounterData.Red.PacketCount == 0));
        config.Eburst = 5;
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Modify, new Entity { MeterEntry = new() { MeterId = Meters, Config = config } }).Code);
        Assert.Equal(StatusCode.OutOfRange, _fixture.Controller.Try(Type.Modify, new Entity { MeterEntry = new() { MeterId = Meters, Index = new Index { Index_ = 4 } } }).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Delete, new Entity { MeterEntry = new() { MeterId = Meters } }).Code);
    }

    [Fact]
    public void DirectMeter_IsConfiguredByEntry()
    {
        TableEntry key = Key("exact_table", "hdr.probe.a=5");
        _fixture.Controller.Insert(Entry("exact_table", "hdr.probe.a=5", "mark value=7"));
        MeterConfig config = new() { Cir = 0, Cburst = 1, Pir = 0, Pburst = 1 };
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Modify, new Entity { DirectMeterEntry = new() { TableEntry = key, Config = config } }));
        _fixture.Probe(5);
        _fixture.Probe(5);
        DirectMeterEntry read = Assert.Single(_fixture.Controller.Read(new Entity { DirectMeterEntry = new() { CounterData = new() } })).DirectMeterEntry;
        Assert.Equal((key, config, 1L, 1L), (read.TableEntry, read.Config, read.CounterData.Green.PacketCount, read.CounterData.Red.PacketCount));
        Assert.Equal((StatusCode.OK, ""), _fixture.Controller.Try(Type.Modify, new Entity { DirectMeterEntry = new() { TableEntry = key } }));
        Assert.Null(Assert.Single(_fixture.Controller.Read(new Entity { DirectMeterEntry = new() })).DirectMeterEntry.Config);
    }

    [Fact]
    public void Registers_AreReadAndWrittenByCellOrWhole()
    {
        _fixture.Probe(b: 0x01020304, flags: 1);
        Assert.Equal(["00", "01020304", "00", "00"], Values(null));
        Assert.Equal(StatusCode.OK, Register(2, new P4Data { Bitstring = Bytes(0, 0, 9) }));
        Assert.Equal(["09"], Values(2));
        Assert.Equal(StatusCode.OK, Register(null, new P4Data { Bitstring = Bytes(255, 255, 255, 255, 255, 255) }));
        Assert.Equal(Enumerable.Repeat("FFFFFFFFFFFF", 4), Values(null));
        Assert.Equal(StatusCode.OutOfRange, Register(0, new P4Data { Bitstring = Bytes(1, 0, 0, 0, 0, 0, 0) }));
        Assert.Equal(StatusCode.InvalidArgument, Register(0, new P4Data { Bool = true }));
        Assert.Equal(StatusCode.InvalidArgument, Register(0, null));
        Assert.Equal(StatusCode.InvalidArgument, Register(-1, new P4Data { Bitstring = Bytes(1) }));
        Assert.Equal(StatusCode.OutOfRange, Register(4, new P4Data { Bitstring = Bytes(1) }));
    }

    private StatusCode Set(Type type, CounterEntry entry) => _fixture.Controller.Try(type, new Entity { CounterEntry = entry }).Code;

    private StatusCode Register(long? index, P4Data? data) =>
        _fixture.Controller.Try(Type.Modify, new Entity { RegisterEntry = new() { RegisterId = Registers, Index = index is long i ? new Index { Index_ = i } : null, Data = data } }).Code;

    private IEnumerable<(long, long)> Counters(long? index) => _fixture.Controller
        .Read(new Entity { CounterEntry = new() { CounterId = Cells, Index = index is long i ? new Index { Index_ = i } : null } })
        .Select(e => (e.CounterEntry.Data.PacketCount, e.CounterEntry.Data.ByteCount));

    private IEnumerable<string> Values(long? index) => _fixture.Controller
        .Read(new Entity { RegisterEntry = new() { RegisterId = Registers, Index = index is long i ? new Index { Index_ = i } : null } })
        .Select(e => Convert.ToHexString(e.RegisterEntry.Data.Bitstring.Span));
}
