using System.Numerics;
using Google.Protobuf;
using Telemetry.P4Runtime.Values;

namespace Telemetry.SoftSwitch.Service.Values;

/// <summary>
/// Controller values of another width. A number means itself where it fits the data plane; the reserved number of the
/// CPU port (0xfffffffd) means the switch's CPU port in types of ports.
/// </summary>
internal sealed class NumberTranslation(string typeName, int sdnWidth, bool isPort, int cpuPort) : Translation(typeName)
{
    private const uint SdnCpuPort = 0xFFFFFFFD;
    private readonly bool _hasCpu = isPort && sdnWidth == 32 && cpuPort >= 0;

    public override bool KeepsOrder => true;

    public override BigInteger AllSdn { get; } = (BigInteger.One << sdnWidth) - 1;

    public override BigInteger ToData(ByteString sdn, ValueCodec field)
    {
        if (sdn.IsEmpty)
        {
            throw EntityFault.Invalid($"{field.Place} ({TypeName}, {sdnWidth} bits): the value is empty");
        }

        BigInteger value = new(sdn.Span, isUnsigned: true, isBigEndian: true);
        if (_hasCpu && value == SdnCpuPort)
        {
            return cpuPort;
        }

        if (value > AllSdn)
        {
            throw EntityFault.OutOfRange($"{field.Place} ({TypeName}, {sdnWidth} bits): {CanonicalBytes.Show(sdn.Span)} needs {CanonicalBytes.BitLength(sdn.Span)} bits");
        }

        return value <= field.All
            ? value
            : throw EntityFault.OutOfRange($"{field.Place} ({TypeName}): {CanonicalBytes.Show(sdn.Span)} has no value in the data plane, whose {field.Width} bits end at {field.All}");
    }

    public override ByteString ToSdn(BigInteger data, ValueCodec field) =>
        ValueCodec.Canonical(_hasCpu && data == cpuPort ? SdnCpuPort : data <= ulong.MaxValue ? (ulong)data : ulong.MaxValue);
}
