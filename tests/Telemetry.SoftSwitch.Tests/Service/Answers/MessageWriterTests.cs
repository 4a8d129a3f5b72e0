using Google.Protobuf;
using P4.V1;
using Telemetry.SoftSwitch.Service.Answers;

namespace Telemetry.SoftSwitch.Tests.Service.Answers;

public sealed class MessageWriterTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(127), InlineData(128), InlineData(16383), InlineData(16384), InlineData(long.MaxValue), InlineData(-1), InlineData(long.MinValue)]
    public void Number_AnyValue_IsWhatProtobufWrites(long value)
    {
        using MessageWriter writer = new();
        writer.Number(CounterData.PacketCountFieldNumber, (ulong)value);
        writer.Number(CounterData.ByteCountFieldNumber, 5);
        Assert.Equal(new CounterData { PacketCount = value, ByteCount = 5 }, CounterData.Parser.ParseFrom(writer.Written));
        writer.Clear();
        writer.Number(CounterData.PacketCountFieldNumber, (ulong)value);
        writer.Number(CounterData.ByteCountFieldNumber, 5);
        Assert.Equal(new CounterData { PacketCount = value, ByteCount = 5 }.CalculateSize(), writer.Length);
    }

    [Theory, InlineData(0UL, "00"), InlineData(1UL, "01"), InlineData(255UL, "FF"), InlineData(256UL, "0100"), InlineData(0xFFFFFFUL, "FFFFFF"), InlineData(ulong.MaxValue, "FFFFFFFFFFFFFFFF")]
    public void Canonical_AnyValue_IsTheShortestByteString(ulong value, string expected)
    {
        using MessageWriter writer = new();
        writer.Canonical(FieldMatch.Types.Exact.ValueFieldNumber, value);
        Assert.Equal(expected, Convert.ToHexString(FieldMatch.Types.Exact.Parser.ParseFrom(writer.Written).Value.Span));
    }

    [Fact]
    public void Message_MoreThanTheBufferHolds_GrowsIt()
    {
        using MessageWriter writer = new();
        byte[] bytes = new byte[100_000];
        Random.Shared.NextBytes(bytes);
        P4Data data = new() { Bitstring = ByteString.CopyFrom(bytes) };
        P4StructLike expected = new();
        for (int i = 0; i < 10; i++)
        {
            writer.Message(P4StructLike.MembersFieldNumber, data);
            expected.Members.Add(data);
        }

        Assert.Equal(expected, P4StructLike.Parser.ParseFrom(writer.Written));
    }
}
