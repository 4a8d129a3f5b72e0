using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.SoftSwitch.Service;
using Telemetry.SoftSwitch.Service.Answers;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Answers;

/// <summary>What goes out encoded says the same as what is read in process.</summary>
public sealed class ReadPartsTests : IDisposable
{
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Read_EntriesOfEveryKind_EncodedAsInProcess()
    {
        Random random = new(7);
        List<TableEntry> entries = [];
        for (int i = 0; i < 700; i++)
        {
            TableEntry lpm = Entry("lpm_table", $"hdr.probe.b={(uint)random.Next() << 8}/{random.Next(24, 33)}", $"set value={random.Next(65536)}");
            entries.Add(lpm);
            string ternary = random.Next(4) == 0 ? "" : $"hdr.probe.a={random.Next(256) << 4}&&&0xff0 ";
            string range = random.Next(4) == 0 ? "" : $"hdr.probe.b={random.Next(500)}..{random.Next(500, 1000)} ";
            string optional = random.Next(4) == 0 ? "" : $"hdr.probe.flags={random.Next(256)}";
            TableEntry acl = Entry("acl", ternary + range + optional, $"count index={i}", i + 1);
            acl.Metadata = i % 3 == 0 ? ByteString.CopyFromUtf8($"m{i}") : ByteString.Empty;
            acl.ControllerMetadata = i % 5 == 0 ? (ulong)i << 40 : 0;
            entries.Add(acl);
        }

        Add(entries.DistinctBy(e => (e.TableId, e.Match.ToString(), e.Priority)));
        Add([Entry("exact_table", "hdr.probe.a=5", "mark value=7"), Entry("exact_table", "hdr.probe.a=6", "mark value=0"), Entry("exact_table", "hdr.probe.a=7", "NoAction")]);
        TableEntry timed = Entry("exact_table", "hdr.probe.a=8", "mark value=1");
        timed.IdleTimeoutNs = 5_000_000_000;
        timed.MeterConfig = new MeterConfig { Cir = 1, Cburst = 2, Pir = 3, Pburst = 4 };
        Add([timed, Entry("vrfs", "hdr.probe.a=5", "enter vrf=red number=70"), Entry("translated", "meta.vrf=red meta.number=0x10&&&0xff", "to port=uplink", 3)]);
        foreach (int a in (int[])[5, 5, 8])
        {
            _fixture.Probe(a);
        }

        TableEntry everything = new() { CounterData = new(), MeterConfig = new(), MeterCounterData = new() };
        TableEntry elapsed = everything.Clone();
        elapsed.TableId = TableId("exact_table");
        elapsed.TimeSinceLastHit = new();
        foreach (Entity filter in (Entity[])[
            Of(new TableEntry()), Of(everything), Of(elapsed), Of(new TableEntry { IsDefaultAction = true }),
            new Entity { DirectCounterEntry = new() }, new Entity { DirectMeterEntry = new() { CounterData = new() } }])
        {
            List<Entity> expected = _fixture.Controller.Read(filter);
            Assert.NotEmpty(expected);
            Assert.Equal(expected, await EncodedAsync(filter));
        }
    }

    [Fact]
    public async Task Read_ManyEntries_ComeInPartsInOrder()
    {
        Add(Enumerable.Range(0, 1000).Select(i => Entry("acl", $"hdr.probe.a={i}&&&0xffff", "set value=1", 1)));
        Add(Enumerable.Range(0, 1000).Select(i => Entry("lpm_table", $"hdr.probe.b={i}/32", "set value=2")));
        List<Entity> expected = _fixture.Controller.Read(Of(new TableEntry()));
        Collected parts = new();
        await ReadAsync(Of(new TableEntry()), parts);
        Assert.Equal(expected, parts.Entities);
        Assert.InRange(parts.Count, 2, 3);
    }

    private void Add(IEnumerable<TableEntry> entries) => _fixture.Controller.Write(Type.Insert, [.. entries.Select(Of)]);

    private async Task<List<Entity>> EncodedAsync(Entity filter)
    {
        Collected parts = new();
        await ReadAsync(filter, parts);
        return parts.Entities;
    }

    private Task ReadAsync(Entity filter, Collected parts)
    {
        TestController.StayInline();
        ReadRequest request = new();
        request.Entities.Add(filter);
        return ((P4RuntimeService)_fixture.Bench.Switch.Service).ReadParts(request, parts, new NoCall());
    }

    /// <summary>Serializes parts as gRPC would, at once, and parses the bytes.</summary>
    private sealed class Collected : IServerStreamWriter<ReadPart>
    {
        public List<Entity> Entities { get; } = [];

        public int Count { get; private set; }

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(ReadPart message)
        {
            Payload payload = new();
            message.Serialize(payload);
            Assert.Equal(payload.Announced, payload.Writer.WrittenCount);
            Entities.AddRange(ReadResponse.Parser.ParseFrom(payload.Writer.WrittenSpan).Entities);
            Count++;
            return Task.CompletedTask;
        }
    }

    private sealed class Payload : SerializationContext
    {
        public System.Buffers.ArrayBufferWriter<byte> Writer { get; } = new();

        public int Announced { get; private set; }

        public override void SetPayloadLength(int payloadLength) => Announced = payloadLength;

        public override System.Buffers.IBufferWriter<byte> GetBufferWriter() => Writer;

        public override void Complete()
        {
        }

        public override void Complete(byte[] payload) => throw new NotSupportedException();
    }
}
