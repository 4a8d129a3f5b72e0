using System.Net;
using Telemetry.Collector.Devices;
using Telemetry.Controller.Topologies;
using Telemetry.Inference.Network;
using Telemetry.Lab.Running;
using Telemetry.Lab.Scenarios;

namespace Telemetry.Lab.Live;

/// <summary>Switches and hosts that run in real time, whoever runs them.</summary>
internal interface ILiveNetwork : IAsyncDisposable
{
    /// <summary>Routers and firewalls on this machine whose interfaces, routes and rules a node reads; once started.</summary>
    IReadOnlyList<LinuxDevice> Devices { get; }

    /// <summary>True when all switches stamp from one clock.</summary>
    bool SharedClock { get; }

    /// <summary>Address and UDP port (0: any) where a collector node hears the switches' reports.</summary>
    IPEndPoint Collector { get; }

    /// <summary>MAC address of the collector; null where nobody looks at it.</summary>
    string? CollectorMac { get; }

    /// <summary>Longest IPv4 packet that the links between switches take, bytes.</summary>
    int MtuBytes { get; }

    /// <summary>True when there can be a node for each cluster; false when one node hears all switches.</summary>
    bool NodePerCluster { get; }

    /// <summary>Hosts for the collector's tiers; null where they run in the lab's own process.</summary>
    ITierHosts? TierHosts { get; }

    /// <summary>Where the data center serves, <c>ADDRESS:PORT</c>; port 0 lets the system choose.</summary>
    string DataCenterListen { get; }

    /// <summary>Brings hosts, links and switches up; returns when every switch serves P4Runtime.</summary>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Where a switch serves P4Runtime, <c>http://HOST:PORT</c>; once started.</summary>
    string UrlOf(SwitchNode node);

    /// <summary>When rules speak: what a machine that is busy with something else does to this network is nothing to tell of.</summary>
    NetworkOptions Judging { get; }

    /// <summary>P4Runtime device id of a switch.</summary>
    ulong DeviceIdOf(SwitchNode node);

    /// <summary>Tells where the node that listens for a switch is.</summary>
    void SendReports(string switchName, IPEndPoint node);

    /// <summary>Does what a scenario has the controller do; before <see cref="RunAsync"/>.</summary>
    Action<DrainAction> Drain { set; }

    /// <summary>Runs the scenario's traffic until it is over or cancelled; both are a normal end.</summary>
    Task RunAsync(LabOptions options, Action<string> progress, CancellationToken cancellation);

    /// <summary>Runs a shell command instead of a scenario, until it ends or is cancelled (<see cref="LiveSettings.Command"/>).</summary>
    /// <exception cref="LabException">This network has no hosts that could run one.</exception>
    Task RunCommandAsync(string command, LabOptions run, SwapProgram swap, CancellationToken cancellation);

    /// <summary>Stops the traffic and adds to the result what the network itself knows.</summary>
    Task<LabResult> CompleteAsync(LabResult measured);
}
