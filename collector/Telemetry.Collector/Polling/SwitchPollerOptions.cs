namespace Telemetry.Collector.Polling;

/// <summary>Which switch a poller reads, and how often.</summary>
public sealed record SwitchPollerOptions
{
    /// <summary>Switch name as in the inventory.</summary>
    public required string Switch { get; init; }

    /// <summary>P4Runtime device id.</summary>
    public ulong DeviceId { get; init; } = 1;

    /// <summary>Time between readings, nanoseconds: 100 ms to 60 s, default 500 ms.</summary>
    public long PeriodNs { get; init; } = 500_000_000;

    /// <summary>Time after which a reading is given up, nanoseconds: 100 ms to 60 s, default 1 s.</summary>
    public long TimeoutNs { get; init; } = 1_000_000_000;

    /// <summary>Counter of packets and bytes received, indexed by port.</summary>
    public string RxCounter { get; init; } = "Ingress.port_rx";

    /// <summary>Counter of packets handed to the port's queues, indexed by port.</summary>
    public string EnqueuedCounter { get; init; } = "Ingress.port_enqueued";

    /// <summary>Counter of packets and bytes that left the port's queues, indexed by port.</summary>
    public string TxCounter { get; init; } = "Egress.port_tx";

    /// <summary>Ports to tell of even before they counted anything; others are told once they did.</summary>
    public IReadOnlyList<uint> Ports { get; init; } = [];

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        faults.Require(Switch.Length > 0, "Switch is empty");
        faults.Range(PeriodNs, 100_000_000, 60_000_000_000, nameof(PeriodNs));
        faults.Range(TimeoutNs, 100_000_000, 60_000_000_000, nameof(TimeoutNs));
        faults.Throw("switch poller options");
    }
}
