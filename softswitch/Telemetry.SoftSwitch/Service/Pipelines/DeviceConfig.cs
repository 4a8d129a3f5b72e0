using Google.Protobuf;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>
/// What a client sends as p4_device_config: the BMv2 JSON itself, or, from clients made for PI (the P4 tutorials' among them), a message around it whose field 3 holds
/// the JSON. simple_switch_grpc takes both.
/// </summary>
internal static class DeviceConfig
{
    private const int JsonField = 3;

    /// <summary>The JSON in it; what holds none is given back as it is, for the JSON reader to refuse.</summary>
    public static ReadOnlyMemory<byte> Json(ByteString config)
    {
        // A message starts with the tag of one of its fields; JSON starts with a brace, which is no such tag, or with white space.
        if (config.IsEmpty || config[0] is (byte)'{' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            return config.Memory;
        }

        try
        {
            CodedInputStream input = config.CreateCodedInput();
            ByteString? json = null;
            for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                if (tag == WireFormat.MakeTag(JsonField, WireFormat.WireType.LengthDelimited))
                {
                    json = input.ReadBytes();
                }
                else
                {
                    input.SkipLastField();
                }
            }

            return json?.Memory ?? config.Memory;
        }
        catch (InvalidProtocolBufferException)
        {
            return config.Memory;
        }
    }
}
