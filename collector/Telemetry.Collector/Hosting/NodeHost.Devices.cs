using Grpc.Core;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Devices;
using Telemetry.Collector.Nodes;
using Telemetry.Collector.Polling;
using Telemetry.Collector.Time;

namespace Telemetry.Collector.Hosting;

public sealed partial class NodeHost
{
    private static readonly TimeSpan s_tableAge = TimeSpan.FromSeconds(5);

    /// <summary>Reads the Linux devices each second; that one can be read is its sign of life.</summary>
    private async Task WatchDevicesAsync(CancellationToken stop)
    {
        LinuxDevice[] devices = [.. _options.Devices];
        LinuxDeviceReader[] readers = [.. devices.Select(device => new LinuxDeviceReader(device, _time))];
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            for (int i = 0; i < readers.Length; i++)
            {
                (DeviceDetail detail, bool alive) = await readers[i].ReadAsync(RunClock.NowNs(_time), stop).ConfigureAwait(false);
                DeviceReading reading = new(
                    devices[i].Name, devices[i].Kind, alive ? DeviceState.Up : DeviceState.Unspecified);
                Tell(engine => engine.OnDevice(reading));
                _sink.Tell(detail);
            }
        }
    }

    /// <summary>Reads the tables of the switches, one after the other, so that none is asked more often than every few seconds.</summary>
    private async Task WatchTablesAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(s_tableAge, _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            foreach ((SwitchTarget target, _, Grpc.Net.Client.GrpcChannel channel) in _switches)
            {
                DeviceDetail detail = new() { Name = target.Name, TimeNs = RunClock.NowNs(_time) };
                using CancellationTokenSource limit = new(s_tableAge, _time);
                using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
                try
                {
                    detail.Tables.AddRange(await new TableReader(channel.CreateCallInvoker(), target.DeviceId).ReadAsync(ended.Token).ConfigureAwait(false));
                }
                catch (RpcException fault)
                {
                    detail.Fault = $"{fault.StatusCode}: {fault.Status.Detail}";
                }

                _sink.Tell(detail);
            }
        }
    }
}
