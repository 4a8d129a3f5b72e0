namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>A change that one function makes.</summary>
internal sealed class SimpleChange(Func<ChangeContext, EntityFault?> apply) : EntityChange
{
    public override EntityFault? Apply(ChangeContext context) => apply(context);
}
