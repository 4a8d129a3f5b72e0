using Grpc.Core;
using P4.V1;
using Status = Grpc.Core.Status;

namespace Telemetry.SoftSwitch.Service;

/// <summary>One controller's stream as arbitration sees it.</summary>
internal sealed class Controller(StreamOutbox outbox)
{
    public StreamOutbox Outbox { get; } = outbox;

    /// <summary>Null until the first arbitration message.</summary>
    public string? Role { get; set; }

    public UInt128? ElectionId { get; set; }
}

/// <summary>
/// Who may write (P4Runtime v1.5, section 5): for each role the connected controller whose election id is the highest
/// that the role has seen; when it leaves, nobody, until one comes with at least that id. Runs on the loop's thread.
/// </summary>
internal sealed class Arbitration(ulong deviceId)
{
    private readonly List<Controller> _controllers = [];
    private readonly SortedDictionary<string, UInt128> _highest = new(StringComparer.Ordinal);

    /// <summary>Primary of a role; null when there is none.</summary>
    public Controller? PrimaryOf(string role) => _highest.TryGetValue(role, out UInt128 highest)
        ? _controllers.FirstOrDefault(c => c.Role == role && c.ElectionId == highest)
        : null;

    /// <summary>Primaries of every role, the default role first.</summary>
    public IEnumerable<Controller> Primaries => _highest.Keys.Select(PrimaryOf).OfType<Controller>();

    /// <exception cref="RpcException">The message ends the stream: wrong device, an id taken by another controller, a change of role.</exception>
    public void Update(Controller controller, MasterArbitrationUpdate update)
    {
        if (update.DeviceId != deviceId)
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"device {update.DeviceId} is not here; this is device {deviceId}"));
        }

        string role = update.Role?.Name ?? "";
        UInt128? id = update.ElectionId is Uint128 given ? new UInt128(given.High, given.Low) : null;
        if (controller.Role is string before && before != role)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"the stream has role '{before}'; a role cannot change to '{role}'"));
        }

        if (id is UInt128 wanted && _controllers.Any(c => c != controller && c.Role == role && c.ElectionId == wanted))
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"election id {wanted} is taken by another controller"));
        }

        Controller? primaryBefore = PrimaryOf(role);
        if (!_controllers.Contains(controller))
        {
            _controllers.Add(controller);
        }

        controller.Role = role;
        controller.ElectionId = id;
        if (id is UInt128 value && (!_highest.TryGetValue(role, out UInt128 highest) || value >= highest))
        {
            _highest[role] = value;
        }

        if (primaryBefore != PrimaryOf(role) || primaryBefore == controller)
        {
            NotifyAll(role);
        }
        else
        {
            Notify(controller);
        }
    }

    public void Remove(Controller controller)
    {
        bool wasPrimary = controller.Role is string role && PrimaryOf(role) == controller;
        _controllers.Remove(controller);
        if (wasPrimary)
        {
            NotifyAll(controller.Role!);
        }
    }

    /// <exception cref="RpcException">PERMISSION_DENIED unless the caller is the role's primary.</exception>
    public void Demand(string role, Uint128? electionId)
    {
        UInt128? id = electionId is null ? null : new UInt128(electionId.High, electionId.Low);
        if (PrimaryOf(role) is not Controller primary)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, $"role '{role}' has no primary controller"));
        }

        if (id != primary.ElectionId)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, $"election id {id?.ToString() ?? "(none)"} is not the primary's, {primary.ElectionId}"));
        }
    }

    private void NotifyAll(string role)
    {
        foreach (Controller controller in _controllers.Where(c => c.Role == role).ToArray())
        {
            Notify(controller);
        }
    }

    private void Notify(Controller controller)
    {
        string role = controller.Role!;
        Controller? primary = PrimaryOf(role);
        MasterArbitrationUpdate update = new()
        {
            DeviceId = deviceId,
            Status = primary == controller ? new Google.Rpc.Status { Code = (int)StatusCode.OK, Message = "primary" }
                : primary is null ? new Google.Rpc.Status { Code = (int)StatusCode.NotFound, Message = "no primary" }
                : new Google.Rpc.Status { Code = (int)StatusCode.AlreadyExists, Message = "another controller is primary" },
        };
        if (role.Length > 0)
        {
            update.Role = new Role { Name = role };
        }

        if (_highest.TryGetValue(role, out UInt128 highest))
        {
            update.ElectionId = new Uint128 { High = (ulong)(highest >> 64), Low = (ulong)highest };
        }

        controller.Outbox.Send(new StreamMessageResponse { Arbitration = update });
    }
}
