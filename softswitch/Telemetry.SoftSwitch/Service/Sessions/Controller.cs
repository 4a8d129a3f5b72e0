using P4.V1;

namespace Telemetry.SoftSwitch.Service.Sessions;

/// <summary>One controller's stream as arbitration sees it.</summary>
internal sealed class Controller(StreamOutbox<StreamMessageResponse> outbox)
{
    public StreamOutbox<StreamMessageResponse> Outbox { get; } = outbox;

    /// <summary>Null until the first arbitration message.</summary>
    public Role? Role { get; set; }

    /// <summary>Null for a controller that only stands by.</summary>
    public UInt128? ElectionId { get; set; }

    public bool IsPrimary => Role is not null && Role.Primary == this;
}
