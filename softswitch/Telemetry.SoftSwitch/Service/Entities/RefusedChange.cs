namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>An update that was found wrong when it was read.</summary>
internal sealed class RefusedChange(EntityFault fault) : EntityChange
{
    public override EntityFault? Apply(ChangeContext context) => fault;
}
