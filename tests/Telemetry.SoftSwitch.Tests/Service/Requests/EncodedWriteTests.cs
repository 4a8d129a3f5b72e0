using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using P4.V1;
using Telemetry.P4Runtime.Errors;
using Telemetry.SoftSwitch.Service;
using Telemetry.SoftSwitch.Service.Requests;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Service.Requests;

/// <summary>Updates that are read from their bytes do, and are answered, as those that are message objects.</summary>
public sealed class EncodedWriteTests : IDisposable
{
    private readonly ServiceFixture _messages = new();
    private readonly ServiceFixture _bytes = new();

    public void Dispose()
    {
        _messages.Dispose();
        _bytes.Dispose();
    }

    [Fact]
    public async Task Write_RandomAndDamagedUpdates_HaveTheSameOutcomeEitherWay()
    {
        Random random = new(11);
        int plain = 0;
        for (int round = 0; round < 3000; round++)
        {
            byte[] update = Damaged(random, RandomUpdate(random).ToByteArray());
            Update parsed;
            try
            {
                parsed = Update.Parser.ParseFrom(update);
            }
            catch (InvalidProtocolBufferException)
            {
                RpcException refused = await Assert.ThrowsAsync<RpcException>(() => WriteAsync(update));
                Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
                continue;
            }

            (StatusCode, string) expected = OfMessage(parsed);
            Assert.Equal(expected, await OfBytesAsync(update));
            plain += expected.Item1 == StatusCode.OK ? 1 : 0;
        }

        Assert.InRange(plain, 250, 3000);
        foreach (Entity filter in (Entity[])[Of(new TableEntry()), Of(new TableEntry { IsDefaultAction = true })])
        {
            List<Entity> read = _messages.Controller.Read(filter);
            Assert.Equal(read, _bytes.Controller.Read(filter));
            Assert.NotEmpty(read);
        }
    }

    [Theory, InlineData("0A"), InlineData("220501"), InlineData("22FFFFFFFFFFFFFFFFFFFF"), InlineData("0000"), InlineData("FFFFFFFF")]
    public void Read_NoWriteRequest_IsRefused(string hex) =>
        Assert.Throws<InvalidProtocolBufferException>(() => EncodedWrite.Read(new ReadOnlySequence<byte>(Convert.FromHexString(hex))));

    [Fact]
    public void Read_WholeRequest_KeepsAllButTheUpdates()
    {
        WriteRequest request = new() { DeviceId = 3, RoleId = 4, ElectionId = new Uint128 { High = 1, Low = 2 }, Role = "r", Atomicity = WriteRequest.Types.Atomicity.DataplaneAtomic };
        request.Updates.Add(new Update { Type = Type.Insert });
        request.Updates.Add(new Update { Type = Type.Delete, Entity = Of(new TableEntry { TableId = 7 }) });
        using EncodedWrite read = EncodedWrite.Read(new ReadOnlySequence<byte>(request.ToByteArray()));
        Assert.Equal(request.Updates, Enumerable.Range(0, read.Count).Select(i => Update.Parser.ParseFrom(read[i])));
        request.Updates.Clear();
        Assert.Equal(request, read.Head);
    }

    private static Update RandomUpdate(Random random)
    {
        TableEntry entry = random.Next(6) switch
        {
            0 => Entry("exact_table", $"hdr.probe.a={random.Next(12)}", random.Next(4) == 0 ? "NoAction" : $"mark value={random.Next(70_000) % 65_536}"),
            1 => Entry("lpm_table", $"hdr.probe.b={(uint)random.Next(64) << 26}/{random.Next(6, 33)}", $"set value={random.Next(65_536)}"),
            2 => Entry("acl", $"hdr.probe.a={random.Next(4) << 8}&&&0xff00 hdr.probe.b={random.Next(4)}..{random.Next(4, 9)} hdr.probe.flags={random.Next(3)}", $"count index={random.Next(4)}", random.Next(1, 4)),
            3 => Entry("acl", random.Next(2) == 0 ? "" : $"hdr.probe.flags={random.Next(3)}", "punt", random.Next(1, 4)),
            4 => Entry("initial", $"hdr.probe.flags={(random.Next(2) == 0 ? 0xDD : random.Next(5))}", $"set value={random.Next(9)}"),
            _ => Entry("constant", "hdr.probe.flags=0xEE", "set value=1"),
        };
        Type type = (Type)random.Next(1, 4);
        if (type == Type.Delete && random.Next(4) > 0)
        {
            entry.Action = null;
        }

        entry.Metadata = random.Next(5) == 0 ? Bytes(1, 2) : ByteString.Empty;
        return new Update { Type = type, Entity = Of(entry) };
    }

    /// <summary>The bytes, or, half of the time, with a few of them changed, added or cut.</summary>
    private static byte[] Damaged(Random random, byte[] update)
    {
        switch (random.Next(8))
        {
            case 0:
                return update[..random.Next(update.Length)];
            case 1:
                return [.. update, (byte)random.Next(256)];
            case 2 or 3:
                for (int i = 0; i < random.Next(1, 4); i++)
                {
                    update[random.Next(update.Length)] = (byte)random.Next(256);
                }

                return update;
            default:
                return update;
        }
    }

    private (StatusCode Code, string Message) OfMessage(Update update)
    {
        WriteRequest request = new() { ElectionId = new Uint128 { Low = 1 } };
        request.Updates.Add(update);
        try
        {
            _messages.Controller.Client.Write(request);
            return (StatusCode.OK, "");
        }
        catch (RpcException fault)
        {
            return Outcome(fault);
        }
    }

    private async Task<(StatusCode Code, string Message)> OfBytesAsync(byte[] update)
    {
        try
        {
            await WriteAsync(update);
            return (StatusCode.OK, "");
        }
        catch (RpcException fault)
        {
            return Outcome(fault);
        }
    }

    private static (StatusCode Code, string Message) Outcome(RpcException fault)
    {
        UpdateError error = Assert.Single(P4RuntimeException.From(fault, "write").UpdateErrors);
        return (error.Code, error.Message);
    }

    private Task<WriteResponse> WriteAsync(byte[] update)
    {
        TestController.StayInline();
        WriteRequest head = new() { ElectionId = new Uint128 { Low = 1 } };
        ArrayBufferWriter<byte> request = new();
        head.WriteTo(request);
        using (MemoryStream part = new())
        {
            using (CodedOutputStream output = new(part, leaveOpen: true))
            {
                output.WriteTag(WriteRequest.UpdatesFieldNumber, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(update));
            }

            request.Write(part.ToArray());
        }

        return ((P4RuntimeService)_bytes.Bench.Switch.Service).WriteParts(EncodedWrite.Read(new ReadOnlySequence<byte>(request.WrittenMemory)), new NoCall());
    }
}
