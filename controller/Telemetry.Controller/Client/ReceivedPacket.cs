using Google.Protobuf;

namespace Telemetry.Controller.Client;

/// <summary>A packet that a switch sent to its controller.</summary>
/// <param name="Payload">The whole frame, without the packet-in header.</param>
/// <param name="Metadata">Packet-in fields by name, in the program's order; those above 64 bits are left out.</param>
public sealed record ReceivedPacket(ByteString Payload, IReadOnlyList<KeyValuePair<string, ulong>> Metadata)
{
    /// <summary>Port that the packet came in by: the packet-in field <c>ingress_port</c>; null if the program has none.</summary>
    public int? IngressPort
    {
        get
        {
            foreach (KeyValuePair<string, ulong> item in Metadata)
            {
                if (item.Key == "ingress_port")
                {
                    return (int)item.Value;
                }
            }

            return null;
        }
    }
}
