using Grpc.Core;
using Grpc.Net.Client;
using Telemetry.Collector.Contracts;
using Telemetry.Collector.Delivery;
using Telemetry.Collector.Entities;
using Telemetry.Collector.Security;

namespace Telemetry.Collector.Observing;

/// <summary>
/// Tells a center what a controller knows: each change at once, and all of it each second, which is also the
/// controller's sign of life. Keeps only the newest state of every link and device, so it needs no queue; a center that
/// is away is tried for ever.
/// </summary>
public sealed class ObservationSender : IAsyncDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<LinkId, LinkStatus> _links = [];
    private readonly Dictionary<string, DeviceStatus> _devices = new(StringComparer.Ordinal);
    private readonly ArrivalSignal _changed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly GrpcChannel _channel;
    private readonly Observations.ObservationsClient _client;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly Action<string> _say;
    private readonly Task _sending;
    private long _version;
    private string _told = "";

    /// <summary>Starts to send.</summary>
    /// <param name="url">Center, <c>http://HOST:PORT</c>.</param>
    /// <param name="name">Name of the controller, unique among all devices.</param>
    /// <param name="tls">Certificates; null for none.</param>
    /// <param name="time">Clock of the period.</param>
    /// <param name="say">Gets a line when the center is lost or found again; called from any thread.</param>
    public ObservationSender(string url, string name, TlsOptions? tls, TimeProvider time, Action<string> say)
    {
        _channel = Channels.Create(url, tls);
        _client = new Observations.ObservationsClient(_channel);
        _name = name;
        _time = time;
        _say = say;
        _sending = Task.Run(() => SendAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>Takes the newest state of a link.</summary>
    public void OnLink(LinkStatus status)
    {
        lock (_lock)
        {
            _links[LinkId.Of(status)] = status;
            _version++;
        }

        _changed.Raise();
    }

    /// <summary>Takes a device's new state.</summary>
    public void OnDevice(DeviceStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        lock (_lock)
        {
            _devices[status.Name] = status;
            _version++;
        }

        _changed.Raise();
    }

    /// <summary>Stops sending.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _channel.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            (Observation observation, long version) = Newest();
            bool sent = await TrySendAsync(observation, stop).ConfigureAwait(false);
            if (sent)
            {
                Forget(observation);
            }

            using CancellationTokenSource wake = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task pause = Task.Delay(s_period, _time, wake.Token);
            Task change = sent ? _changed.WaitAsync(() => Volatile.Read(ref _version) != version, wake.Token) : pause;
            await Task.WhenAny(pause, change).ConfigureAwait(false);
            await wake.CancelAsync().ConfigureAwait(false);
        }
    }

    private (Observation Observation, long Version) Newest()
    {
        lock (_lock)
        {
            Observation observation = new() { Sender = _name, Kind = DeviceKind.Controller };
            observation.Links.AddRange(_links.Values);
            observation.Devices.AddRange(_devices.Values);
            return (observation, _version);
        }
    }

    private void Forget(Observation sent)
    {
        lock (_lock)
        {
            foreach (DeviceStatus status in sent.Devices)
            {
                if (_devices.TryGetValue(status.Name, out DeviceStatus? newest) && ReferenceEquals(newest, status))
                {
                    _devices.Remove(status.Name);
                }
            }
        }
    }

    private async Task<bool> TrySendAsync(Observation observation, CancellationToken stop)
    {
        using CancellationTokenSource limit = new(s_patience, _time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await _client.ReportAsync(observation, cancellationToken: ended.Token).ResponseAsync.ConfigureAwait(false);
            Say(_told.Length > 0 ? "collector: connected again" : "", "");
            return true;
        }
        catch (RpcException fault)
        {
            if (!stop.IsCancellationRequested)
            {
                string why = limit.IsCancellationRequested ? "no answer" : fault.Status.Detail;
                Say($"collector: {why}", why);
            }

            return false;
        }
    }

    private void Say(string line, string state)
    {
        if (state != _told && line.Length > 0)
        {
            _say(line);
        }

        _told = state;
    }
}
