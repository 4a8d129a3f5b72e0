using System.Collections;
using System.Reflection;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Switching.Workers;

/// <summary>
/// Which halves of a program may run on several packets at once: those that remember nothing from one packet to the next
/// but counts. Registers, meters, random numbers and log lines keep a half on one thread, where their order is that of arrival.
/// </summary>
/// <param name="Ingress">The parser and ingress may.</param>
/// <param name="Egress">Egress and the deparser may.</param>
internal sealed record ParallelStages(bool Ingress, bool Egress)
{
    private static readonly HashSet<Type> Independent =
    [
        typeof(AssignStep), typeof(AssignVarbitStep), typeof(AssignHeaderStep), typeof(AssignStackStep), typeof(AddHeaderStep), typeof(RemoveHeaderStep),
        typeof(PushStep), typeof(PopStep), typeof(ExitStep), typeof(JumpStep), typeof(DropStep), typeof(HashStep), typeof(CountStep), typeof(CloneStep),
        typeof(ResubmitStep), typeof(RecirculateStep), typeof(TruncateStep), typeof(DigestStep), typeof(NoStep),
    ];

    public static ParallelStages Of(ProgramModel model)
    {
        // What an update of a checksum computes belongs to the deparser; a verification to the parser.
        bool checksums = IsIndependent(model.Checksums);
        return new ParallelStages(
            checksums && IsIndependent(model.Parser) && IsIndependent(model.Ingress),
            checksums && IsIndependent(model.Egress) && IsIndependent(model.DeparserOrder));
    }

    private static bool IsIndependent(object part) => IsIndependent(part, new HashSet<object>(ReferenceEqualityComparer.Instance));

    /// <summary>Follows every property of the model's own types: a new kind of step or state is dependent until it is listed here.</summary>
    private static bool IsIndependent(object? part, HashSet<object> seen)
    {
        switch (part)
        {
            case null or string or Type:
                return true;
            case RegisterDef or MeterDef:
            case TableDef { DirectMeter: >= 0 }:
            case CalculationDef calculation when Hashes.IsStateful(calculation.Algorithm):
            case Primitive step when !Independent.Contains(step.GetType()):
                return false;
            case IEnumerable items:
                return items.Cast<object?>().All(i => IsIndependent(i, seen));
        }

        Type type = part.GetType();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
        {
            return IsIndependent(type.GetProperty("Value")!.GetValue(part), seen);
        }

        return type.Namespace != typeof(ProgramModel).Namespace || type.IsEnum || (!type.IsValueType && !seen.Add(part))
            || type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => p.GetIndexParameters().Length == 0 && p.Name != "EqualityContract" && !p.PropertyType.IsPrimitive)
                .All(p => IsIndependent(p.GetValue(part), seen));
    }
}
