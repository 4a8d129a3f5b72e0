namespace Telemetry.Collector.Hosting;

/// <summary>A switch that a node reads over P4Runtime.</summary>
/// <param name="Name">Switch name as in the inventory.</param>
/// <param name="Url">Its P4Runtime server, <c>http://HOST:PORT</c>.</param>
/// <param name="DeviceId">P4Runtime device id.</param>
/// <param name="Pid">Its process, for processor use and memory; null finds it by the port, if it runs on this machine.</param>
public sealed record SwitchTarget(string Name, string Url, ulong DeviceId, int? Pid = null);
