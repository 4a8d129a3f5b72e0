using Grpc.Core;
using P4.V1;
using Status = Grpc.Core.Status;

namespace Telemetry.SoftSwitch.Service.Sessions;

/// <summary>
/// Who may write (P4Runtime v1.5, section 5): for each role the connected controller whose election id is the highest
/// that the role has seen; when it leaves, nobody, until one comes with at least that id. Runs on the loop's thread.
/// </summary>
internal sealed class Arbitration(ulong deviceId)
{
    /// <summary>Roles are remembered for good, as the specification asks: their number has to end somewhere.</summary>
    private const int MaxRoles = 1024;

    private const int MaxControllersPerRole = 256;
    private readonly SortedDictionary<string, Role> _roles = new(StringComparer.Ordinal) { [""] = new Role("") };

    /// <summary>Every role that a controller has named, the default role first.</summary>
    public IEnumerable<Role> Roles => _roles.Values;

    /// <exception cref="RpcException">The message ends the stream: wrong device, an id taken by another controller, a change of role, a bad role config.</exception>
    public void Update(Controller controller, MasterArbitrationUpdate update)
    {
        string name = update.Role?.Name ?? "";
        bool isNew = controller.Role is null;
        if (update.DeviceId != deviceId)
        {
            throw isNew
                ? Fault(StatusCode.NotFound, $"device {update.DeviceId} is not here; this is device {deviceId}")
                : Fault(StatusCode.FailedPrecondition, $"the stream belongs to device {deviceId}; it cannot change to device {update.DeviceId}");
        }

        if (!isNew && controller.Role!.Name != name)
        {
            throw Fault(StatusCode.FailedPrecondition, $"the stream has {controller.Role.Shown}; it cannot change to '{name}': open another stream");
        }

        if (name.Length == 0 && update.Role?.Id > 0)
        {
            throw Fault(StatusCode.InvalidArgument, $"the role has the number {update.Role.Id} and no name; since P4Runtime 1.3 roles have names");
        }

        UInt128? id = ToNumber(update.ElectionId);
        Role? role = _roles.GetValueOrDefault(name);
        if (id is not null && role?.Controllers.Any(c => c != controller && c.ElectionId == id) == true)
        {
            throw Fault(StatusCode.InvalidArgument, $"election id {id} is taken by another controller of {role.Shown}");
        }

        RoleScope scope = RoleScope.Read(name, update.Role?.Config, _roles.Values.Select(r => (r.Name, r.Scope)));
        if (role is null ? _roles.Count >= MaxRoles : isNew && role.Controllers.Count >= MaxControllersPerRole)
        {
            throw Fault(StatusCode.ResourceExhausted, role is null ? $"{MaxRoles} roles are known already" : $"{role.Shown} has {MaxControllersPerRole} controllers already");
        }

        role ??= _roles[name] = new Role(name);
        Controller? primaryBefore = role.Primary;
        if (isNew)
        {
            role.Controllers.Add(controller);
            controller.Role = role;
        }

        controller.ElectionId = id;
        if (id is UInt128 value && (role.HighestElectionId is null || value >= role.HighestElectionId))
        {
            role.HighestElectionId = value;
            role.Config = update.Role?.Config;
            role.Scope = scope;
        }

        if (primaryBefore != role.Primary || primaryBefore == controller)
        {
            NotifyAll(role);
        }
        else
        {
            Notify(controller, role);
        }
    }

    public void Remove(Controller controller)
    {
        if (controller.Role is not Role role)
        {
            return;
        }

        bool wasPrimary = controller.IsPrimary;
        role.Controllers.Remove(controller);
        if (wasPrimary)
        {
            NotifyAll(role);
        }
    }

    /// <summary>The role of a request whose election id is the primary's.</summary>
    /// <exception cref="RpcException">NOT_FOUND for a role that no controller has named, PERMISSION_DENIED unless the caller is the role's primary.</exception>
    public Role Demand(string name, ulong roleId, Uint128? electionId)
    {
        Role role = Find(name);
        if (name.Length == 0 && roleId > 0)
        {
            throw Fault(StatusCode.NotFound, $"the request has the role number {roleId} and no role name; since P4Runtime 1.3 roles have names");
        }

        if (role.Primary is not Controller primary)
        {
            throw Fault(StatusCode.PermissionDenied, $"{role.Shown} has no primary controller");
        }

        UInt128? id = ToNumber(electionId);
        return id == primary.ElectionId
            ? role
            : throw Fault(StatusCode.PermissionDenied, $"election id {id?.ToString() ?? "(none)"} is not that of the primary of {role.Shown}, {primary.ElectionId}");
    }

    /// <exception cref="RpcException">NOT_FOUND for a role that no controller has named.</exception>
    public Role Find(string name) => _roles.GetValueOrDefault(name)
        ?? throw Fault(StatusCode.NotFound, $"no controller has role '{name}'; roles: {string.Join(", ", _roles.Keys.Select(k => $"'{k}'"))}");

    private static UInt128? ToNumber(Uint128? id) => id is null ? null : new UInt128(id.High, id.Low);

    private static RpcException Fault(StatusCode code, string message) => new(new Status(code, message));

    /// <summary>The new primary comes last: by then the others know that they are not.</summary>
    private void NotifyAll(Role role)
    {
        Controller? primary = role.Primary;
        foreach (Controller controller in role.Controllers.ToArray())
        {
            if (controller != primary)
            {
                Notify(controller, role);
            }
        }

        if (primary is not null)
        {
            Notify(primary, role);
        }
    }

    private void Notify(Controller controller, Role role)
    {
        Controller? primary = role.Primary;
        MasterArbitrationUpdate update = new()
        {
            DeviceId = deviceId,
            Status = primary == controller ? new Google.Rpc.Status { Code = (int)StatusCode.OK, Message = "primary" }
                : primary is null ? new Google.Rpc.Status { Code = (int)StatusCode.NotFound, Message = "no primary" }
                : new Google.Rpc.Status { Code = (int)StatusCode.AlreadyExists, Message = "another controller is primary" },
        };
        if (role.Name.Length > 0)
        {
            update.Role = new P4.V1.Role { Name = role.Name, Config = role.Config };
        }

        if (role.HighestElectionId is UInt128 highest)
        {
            update.ElectionId = new Uint128 { High = (ulong)(highest >> 64), Low = (ulong)highest };
        }

        controller.Outbox.Send(new StreamMessageResponse { Arbitration = update }, canDrop: false);
    }
}
