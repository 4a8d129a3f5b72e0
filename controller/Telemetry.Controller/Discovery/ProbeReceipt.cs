namespace Telemetry.Controller.Discovery;

/// <summary>What a probe turned out to be.</summary>
internal enum ProbeReceipt
{
    /// <summary>Of this run, over a wire of the topology, or an echo.</summary>
    Taken,

    /// <summary>Nobody here sent it, or so long ago that nothing is known of it.</summary>
    Foreign,

    /// <summary>Of this run, but over a wire that the topology does not have.</summary>
    Miswired,
}
