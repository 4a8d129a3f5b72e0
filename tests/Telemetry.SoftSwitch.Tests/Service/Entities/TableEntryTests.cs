using Grpc.Core;
using P4.V1;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Entities;

/// <summary>P4Runtime v1.5, section 9.1.</summary>
public sealed class TableEntryTests : IDisposable
{
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("exact_table", "hdr.probe.a=5", "mark value=7", 0)]
    [InlineData("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=7", 0)]
    [InlineData("lpm_table", "", "set value=7", 0)]
    [InlineData("acl", "hdr.probe.a=0x0005&&&0x000f hdr.probe.b=7..0xffffffff hdr.probe.flags=3", "set value=7", 9)]
    [InlineData("acl", "", "set value=7", 1)]
    public void Insert_EveryMatchKind_DecidesPacketsAndReadsBack(string table, string match, string action, int priority)
    {
        TableEntry entry = Entry(table, match, action, priority);
        entry.Metadata = Bytes(1, 2, 3);
        entry.ControllerMetadata = 9;
        _fixture.Controller.Insert(entry);
        Assert.Equal(7, _fixture.Probe(5, 0x0A000001, 3));
        Assert.Equal(entry, Assert.Single(_fixture.Read(new TableEntry { TableId = TableId(table) })));
        Assert.Equal(StatusCode.AlreadyExists, _fixture.Controller.Try(Type.Insert, Of(entry)).Code);
        _fixture.Controller.Write(Type.Delete, Of(new TableEntry { TableId = entry.TableId, Match = { entry.Match }, Priority = priority, Action = new TableAction { ActionProfileGroupId = 9 } }));
        Assert.Equal(0, _fixture.Probe(5, 0x0A000001, 3));
        Assert.Equal(StatusCode.NotFound, _fixture.Controller.Try(Type.Delete, Of(entry)).Code);
        Assert.Equal(StatusCode.NotFound, _fixture.Controller.Try(Type.Modify, Of(entry)).Code);
    }

    [Fact]
    public void Insert_AnyEncodingOfAValue_ReadsBackCanonical()
    {
        TableEntry entry = Entry("exact_table", "hdr.probe.a=5", "mark value=7");
        entry.Match[0].Exact.Value = Bytes(0, 0, 0, 5);
        entry.Action.Action.Params[0].Value = Bytes(0, 7);
        _fixture.Controller.Insert(entry);
        Assert.Equal(Entry("exact_table", "hdr.probe.a=5", "mark value=7"), Assert.Single(_fixture.Read(new TableEntry { TableId = entry.TableId })));
        entry.Match[0].Exact.Value = Bytes(0);
        _fixture.Controller.Insert(entry);
        entry.Match[0].Exact.Value = Bytes(0, 0);
        Assert.Equal(StatusCode.AlreadyExists, _fixture.Controller.Try(Type.Insert, Of(entry)).Code);
    }

    public static TheoryData<string, StatusCode, string, System.Action<TableEntry>> Faults => new()
    {
        { "lpm_table", StatusCode.InvalidArgument, "prefix length 0", e => e.Match[0].Lpm.PrefixLen = 0 },
        { "lpm_table", StatusCode.InvalidArgument, "prefix length 33", e => e.Match[0].Lpm.PrefixLen = 33 },
        { "lpm_table", StatusCode.InvalidArgument, "bits are set behind the prefix", e => e.Match[0].Lpm.Value = Bytes(10, 0, 0, 1) },
        { "lpm_table", StatusCode.OutOfRange, "match field hdr.probe.b (32 bits): 0x10a000000 needs 33 bits", e => e.Match[0].Lpm.Value = Bytes(1, 10, 0, 0, 0) },
        { "lpm_table", StatusCode.InvalidArgument, "is Lpm; the entry has a match of kind Exact", e => e.Match[0].Exact = new() { Value = Bytes(1) } },
        { "lpm_table", StatusCode.InvalidArgument, "no match field with id 9; its match fields: hdr.probe.b (1)", e => e.Match[0].FieldId = 9 },
        { "lpm_table", StatusCode.InvalidArgument, "given twice", e => e.Match.Add(e.Match[0].Clone()) },
        { "lpm_table", StatusCode.InvalidArgument, "takes no priority", e => e.Priority = 4 },
        { "lpm_table", StatusCode.InvalidArgument, "no action with id 77", e => e.Action.Action.ActionId = 77 },
        { "lpm_table", StatusCode.InvalidArgument, "has no action", e => e.Action = null },
        { "lpm_table", StatusCode.InvalidArgument, "its entries hold actions; the entry has a group id", e => e.Action = new TableAction { ActionProfileGroupId = 1 } },
        { "lpm_table", StatusCode.InvalidArgument, "parameter value (1, 16 bits) is missing", e => e.Action.Action.Params.Clear() },
        { "lpm_table", StatusCode.InvalidArgument, "parameter 1 is given twice", e => e.Action.Action.Params.Add(e.Action.Action.Params[0].Clone()) },
        { "lpm_table", StatusCode.OutOfRange, "action ProbeIngress.set, parameter value (16 bits): 0x10000 needs 17 bits", e => e.Action.Action.Params[0].Value = Bytes(1, 0, 0) },
        { "lpm_table", StatusCode.InvalidArgument, "parameter value (16 bits): the value is empty", e => e.Action.Action.Params[0].Value = Bytes() },
        { "lpm_table", StatusCode.PermissionDenied, "NoAction is allowed as default action only", e => e.Action.Action = Call("NoAction") },
        { "lpm_table", StatusCode.InvalidArgument, "is_const", e => e.IsConst = true },
        { "lpm_table", StatusCode.InvalidArgument, "has no idle timeout", e => e.IdleTimeoutNs = 5 },
        { "lpm_table", StatusCode.InvalidArgument, "has no direct counter", e => e.CounterData = new CounterData() },
        { "lpm_table", StatusCode.InvalidArgument, "has no direct meter", e => e.MeterConfig = new MeterConfig() },
        { "lpm_table", StatusCode.NotFound, "no table has id 5; tables: ProbeIngress.exact_table (46674156)", e => e.TableId = 5 },
        { "acl", StatusCode.InvalidArgument, "needs a priority above 0", e => e.Priority = 0 },
        { "acl", StatusCode.InvalidArgument, "the mask is 0", e => e.Match[0].Ternary.Mask = Bytes(0) },
        { "acl", StatusCode.InvalidArgument, "bits are set outside the mask", e => e.Match[0].Ternary.Mask = Bytes(4) },
        { "acl", StatusCode.InvalidArgument, "low end is above", e => e.Match[1].Range.High = Bytes(1) },
        { "acl", StatusCode.InvalidArgument, "holds everything", e => e.Match[1].Range = new() { Low = Bytes(0), High = Bytes(255, 255, 255, 255) } },
        { "exact_table", StatusCode.InvalidArgument, "no value for exact match field hdr.probe.a (16 bits)", e => e.Match.Clear() },
        { "exact_table", StatusCode.InvalidArgument, "time_since_last_hit cannot be written", e => e.TimeSinceLastHit = new() },
        { "exact_table", StatusCode.InvalidArgument, "an idle timeout of -1 ns", e => e.IdleTimeoutNs = -1 },
        { "exact_table", StatusCode.InvalidArgument, "the peak rate is at least the committed rate", e => e.MeterConfig = new MeterConfig { Cir = 2, Pir = 1 } },
        { "exact_table", StatusCode.InvalidArgument, "can only be set to 0", e => e.MeterCounterData = new MeterCounterData { Red = new CounterData { PacketCount = 1 } } },
    };

    [Theory, MemberData(nameof(Faults))]
    public void Insert_WrongEntry_NamesPlaceAndWhatIsLegal(string table, StatusCode code, string expected, System.Action<TableEntry> spoil)
    {
        TableEntry entry = table switch
        {
            "lpm_table" => Entry(table, "hdr.probe.b=10.0.0.0/8", "set value=7"),
            "acl" => Entry(table, "hdr.probe.a=5&&&7 hdr.probe.b=7..9 hdr.probe.flags=3", "set value=7", 9),
            _ => Entry(table, "hdr.probe.a=5", "mark value=7"),
        };
        spoil(entry);
        (StatusCode actual, string message) = _fixture.Controller.Try(Type.Insert, Of(entry));
        Assert.Equal(code, actual);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Read(new TableEntry { TableId = TableId(table) }));
    }

    [Fact]
    public void Insert_FullTable_IsExhausted()
    {
        _fixture.Controller.Insert([.. Enumerable.Range(0, 8).Select(i => Entry("exact_table", $"hdr.probe.a={i}", "mark value=7"))]);
        (StatusCode code, string message) = _fixture.Controller.Try(Type.Insert, Of(Entry("exact_table", "hdr.probe.a=8", "mark value=7")));
        Assert.Equal((StatusCode.ResourceExhausted, "table ProbeIngress.exact_table is full: 8 entries"), (code, message));
    }

    [Fact]
    public void Priorities_TheHigherWins()
    {
        _fixture.Controller.Insert(Entry("acl", "hdr.probe.a=5&&&5", "set value=1", 10), Entry("acl", "hdr.probe.a=5&&&7", "set value=2", 20), Entry("acl", "hdr.probe.a=5&&&7", "set value=3", 5));
        Assert.Equal(2, _fixture.Probe(5));
        Assert.Equal(1, _fixture.Probe(0x15 | 2));
        Assert.Equal([20], _fixture.Read(new TableEntry { TableId = TableId("acl"), Priority = 20 }).Select(e => e.Priority));
        Assert.Equal([20, 5], _fixture.Read(Key("acl", "hdr.probe.a=5&&&7", 1) is TableEntry k ? new TableEntry { TableId = k.TableId, Match = { k.Match } } : null!).Select(e => e.Priority));
    }

    [Fact]
    public void Modify_WithoutAction_KeepsItAndResetsWhatIsLeftOut()
    {
        TableEntry entry = Entry("exact_table", "hdr.probe.a=5", "mark value=7");
        entry.MeterConfig = new MeterConfig { Cir = 1, Cburst = 1, Pir = 1, Pburst = 1 };
        entry.CounterData = new CounterData { PacketCount = 40, ByteCount = 50 };
        _fixture.Controller.Insert(entry);
        TableEntry everything = new() { TableId = entry.TableId, MeterConfig = new(), CounterData = new(), MeterCounterData = new(), TimeSinceLastHit = new() };
        Assert.Equal(7, _fixture.Probe(5));
        TableEntry read = Assert.Single(_fixture.Read(everything));
        Assert.Equal((entry.MeterConfig, 41L, 60L, 1L), (read.MeterConfig, read.CounterData.PacketCount, read.CounterData.ByteCount, read.MeterCounterData.Green.PacketCount));
        Assert.True(read.TimeSinceLastHit.ElapsedNs is > 0 and <= 10_000_000);
        TableEntry bare = Assert.Single(_fixture.Read(new TableEntry { TableId = entry.TableId }));
        Assert.True(bare is { MeterConfig: null, CounterData: null, MeterCounterData: null, TimeSinceLastHit: null });

        TableEntry change = Key("exact_table", "hdr.probe.a=5");
        change.MeterCounterData = new MeterCounterData();
        _fixture.Controller.Write(Type.Modify, Of(change));
        read = Assert.Single(_fixture.Read(everything));
        Assert.Equal((null, 41L, 0L), (read.MeterConfig, read.CounterData.PacketCount, read.MeterCounterData.Green.PacketCount));
        Assert.Equal(7, _fixture.Probe(5));
    }

    [Fact]
    public void DefaultEntry_ModifyCountResetAndDenials()
    {
        TableEntry change = new() { TableId = TableId("exact_table"), IsDefaultAction = true, Action = new TableAction { Action = Call("mark value=9") }, Metadata = Bytes(1) };
        change.MeterConfig = new MeterConfig { Cir = 0, Cburst = 0, Pir = 0, Pburst = 0 };
        _fixture.Controller.Write(Type.Modify, Of(change));
        Assert.Equal(9, _fixture.Probe(5));
        TableEntry filter = new() { TableId = change.TableId, IsDefaultAction = true, CounterData = new(), MeterConfig = new(), MeterCounterData = new() };
        TableEntry read = Assert.Single(_fixture.Read(filter));
        Assert.Equal((change.Action, change.Metadata, 1L, change.MeterConfig, 1L), (read.Action, read.Metadata, read.CounterData.PacketCount, read.MeterConfig, read.MeterCounterData.Red.PacketCount));
        _fixture.Controller.Write(Type.Modify, Of(new TableEntry { TableId = change.TableId, IsDefaultAction = true }));
        read = Assert.Single(_fixture.Read(filter));
        Assert.Equal((Call("NoAction"), 0L, null), (read.Action.Action, read.CounterData.PacketCount, read.MeterConfig));
        Assert.True(read.Metadata.IsEmpty);

        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Insert, Of(change)).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Delete, Of(change)).Code);
        change.Priority = 3;
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.Try(Type.Modify, Of(change)).Code);
        TableEntry tableOnly = new() { TableId = TableId("lpm_table"), IsDefaultAction = true, Action = new TableAction { Action = Call("drop") } };
        Assert.Equal(StatusCode.PermissionDenied, _fixture.Controller.Try(Type.Modify, Of(tableOnly)).Code);
        foreach (string constant in new[] { "constant", "by_member", "by_group" })
        {
            TableEntry denied = new() { TableId = TableId(constant), IsDefaultAction = true, Action = new TableAction { Action = Call("NoAction") } };
            Assert.Equal(StatusCode.PermissionDenied, _fixture.Controller.Try(Type.Modify, Of(denied)).Code);
        }
    }

    [Fact]
    public void ConstantTable_IsReadAndCannotBeWritten()
    {
        TableEntry read = Assert.Single(_fixture.Read(new TableEntry { TableId = TableId("constant") }));
        TableEntry expected = Entry("constant", "hdr.probe.flags=0xEE", "set value=0xEEEE");
        expected.IsConst = true;
        Assert.Equal(expected, read);
        Assert.Equal(0xEEEE, _fixture.Probe(flags: 0xEE));
        expected.IsConst = false;
        foreach (Type type in new[] { Type.Insert, Type.Modify, Type.Delete })
        {
            Assert.Equal(StatusCode.PermissionDenied, _fixture.Controller.Try(type, Of(expected)).Code);
        }

        expected.Action = null;
        Assert.Equal(StatusCode.OK, _fixture.Controller.Try(Type.Modify, Of(expected)).Code);
    }

    [Fact]
    public void InitialEntries_CanBeModifiedAndDeleted()
    {
        Assert.False(Assert.Single(_fixture.Read(new TableEntry { TableId = TableId("initial") })).IsConst);
        _fixture.Controller.Write(Type.Modify, Of(Entry("initial", "hdr.probe.flags=0xDD", "set value=1")));
        Assert.Equal(1, _fixture.Probe(flags: 0xDD));
        _fixture.Controller.Write(Type.Delete, Of(Key("initial", "hdr.probe.flags=0xDD")));
        Assert.Equal(0, _fixture.Probe(flags: 0xDD));
    }

    [Fact]
    public void Read_Filters_SelectByTablePriorityMatchActionAndMetadata()
    {
        TableEntry first = Entry("lpm_table", "hdr.probe.b=10.0.0.0/8", "set value=1");
        first.Metadata = Bytes(7);
        TableEntry second = Entry("lpm_table", "hdr.probe.b=11.0.0.0/8", "drop");
        second.ControllerMetadata = 5;
        TableEntry third = Entry("acl", "", "set value=2", 3);
        _fixture.Controller.Insert(first, second, third);
        Assert.Equal(5, _fixture.Read(new TableEntry()).Count); // two entries of the program among them
        Assert.Equal([first, second], _fixture.Read(new TableEntry { TableId = first.TableId }));
        Assert.Equal([first], _fixture.Read(new TableEntry { TableId = first.TableId, Match = { first.Match } }));
        Assert.Empty(_fixture.Read(Key("lpm_table", "hdr.probe.b=12.0.0.0/8")));
        Assert.Equal([first], _fixture.Read(new TableEntry { TableId = first.TableId, Metadata = Bytes(7) }));
        Assert.Equal([second], _fixture.Read(new TableEntry { TableId = first.TableId, ControllerMetadata = 5 }));
        Assert.Equal([second], _fixture.Read(new TableEntry { TableId = first.TableId, Action = new TableAction { Action = new P4.V1.Action { ActionId = Info.Actions.Get("drop").Id } } }));
        Assert.Equal([third], _fixture.Read(new TableEntry { Priority = 3 }));
        Assert.Equal(Info.Tables.Count, _fixture.Read(new TableEntry { IsDefaultAction = true }).Count);
        Assert.Equal(StatusCode.NotFound, _fixture.Controller.TryRead(Of(new TableEntry { TableId = 5 })).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.TryRead(Of(new TableEntry { Match = { first.Match } })).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.TryRead(Of(new TableEntry { TableId = first.TableId, TimeSinceLastHit = new() })).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.TryRead(Of(new TableEntry { TableId = first.TableId, Action = new TableAction { ActionProfileMemberId = 1 } })).Code);
        Assert.Equal(StatusCode.InvalidArgument, _fixture.Controller.TryRead(new Entity()).Code);
    }

    [Fact]
    public void IdleTimeout_TellsThePrimaryAgainAndAgainUntilHitOrGone()
    {
        TableEntry entry = Entry("exact_table", "hdr.probe.a=5", "mark value=7");
        entry.IdleTimeoutNs = 100_000_000;
        entry.Metadata = Bytes(4);
        _fixture.Controller.Insert(entry, Entry("exact_table", "hdr.probe.a=6", "mark value=7"));
        Assert.Equal(entry, Assert.Single(_fixture.Read(new TableEntry { TableId = entry.TableId, Match = { entry.Match } })));
        _fixture.Run(90);
        Assert.Empty(Notifications());
        Assert.Equal(7, _fixture.Probe(5)); // takes 10 ms more
        _fixture.Run(80);
        Assert.Empty(Notifications());
        _fixture.Run(20);
        IdleTimeoutNotification told = Assert.Single(Notifications());
        entry.Action = null;
        Assert.Equal(entry, Assert.Single(told.TableEntry));
        _fixture.Run(105);
        Assert.Equal(2, Notifications().Count);
        entry.IdleTimeoutNs = 40_000_000;
        _fixture.Controller.Write(Type.Modify, Of(entry));
        _fixture.Run(55);
        Assert.Equal(3, Notifications().Count);
        _fixture.Controller.Write(Type.Delete, Of(entry));
        _fixture.Run(500);
        Assert.Equal(3, Notifications().Count);
    }

    private List<IdleTimeoutNotification> Notifications() =>
        [.. _fixture.Controller.Messages.Where(m => m.IdleTimeoutNotification is not null).Select(m => m.IdleTimeoutNotification)];
}
