using P4.Config.V1;
using P4.V1;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Service.Pipelines;

namespace Telemetry.SoftSwitch.Service.Entities;

/// <summary>Meter configs between P4Runtime and the switch.</summary>
internal static class MeterRules
{
    /// <summary>The rates of a config; null for none, which is green.</summary>
    /// <exception cref="EntityFault">INVALID_ARGUMENT: negative numbers, or ones that the meter's type does not allow.</exception>
    public static MeterRates? Parse(MeterConfig? config, BoundMeter meter, string place)
    {
        if (config is null)
        {
            return null;
        }

        MeterSpec.Types.Type type = meter.Info.Type;
        string given = $"given: cir {config.Cir}, cburst {config.Cburst}, pir {config.Pir}, pburst {config.Pburst}, eburst {config.Eburst}";
        if (config.Cir < 0 || config.Cburst < 0 || config.Pir < 0 || config.Pburst < 0 || config.Eburst < 0)
        {
            throw EntityFault.Invalid($"{place}: rates and bursts are at least 0; {given}");
        }

        if (type != MeterSpec.Types.Type.SingleRateThreeColor && config.Eburst != 0)
        {
            throw EntityFault.Invalid($"{place}: only meters of one rate and three colours have an excess burst; {given}");
        }

        if (type == MeterSpec.Types.Type.TwoRateThreeColor ? config.Pir < config.Cir : config.Pir != config.Cir || config.Pburst != config.Cburst)
        {
            throw EntityFault.Invalid($"{place}: {(type == MeterSpec.Types.Type.TwoRateThreeColor ? "the peak rate is at least the committed rate" : "a meter of one rate has the same peak and committed rate and burst")}; {given}");
        }

        return new MeterRates(config.Cir, config.Cburst, config.Pir, config.Pburst, config.Eburst, type == MeterSpec.Types.Type.SingleRateThreeColor);
    }

    /// <summary>True when the colours' counts shall start from 0.</summary>
    /// <exception cref="EntityFault">INVALID_ARGUMENT: counts other than 0.</exception>
    public static bool Resets(MeterCounterData? data, string place)
    {
        foreach (CounterData? colour in new[] { data?.Green, data?.Yellow, data?.Red })
        {
            if (colour is not null && (colour.PacketCount != 0 || colour.ByteCount != 0))
            {
                throw EntityFault.Invalid($"{place}: the colours' counts can only be set to 0");
            }
        }

        return data is not null;
    }

    public static MeterConfig? Format(MeterRates? rates) => rates is null ? null
        : new MeterConfig { Cir = rates.Cir, Cburst = rates.Cburst, Pir = rates.Pir, Pburst = rates.Pburst, Eburst = rates.Eburst };

    public static MeterCounterData Format(in MeterCounts counts) => new()
    {
        Green = new CounterData { PacketCount = counts.GreenPackets, ByteCount = counts.GreenBytes },
        Yellow = new CounterData { PacketCount = counts.YellowPackets, ByteCount = counts.YellowBytes },
        Red = new CounterData { PacketCount = counts.RedPackets, ByteCount = counts.RedBytes },
    };
}
