using Google.Protobuf;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Programs;

namespace Telemetry.Controller.Tests.Targets;

/// <summary>One switch a target for the tests of a class, started when first asked for.</summary>
public sealed class LiveSwitches : IAsyncLifetime
{
    private readonly Dictionary<string, LiveSwitch> _started = [];

    /// <summary>The program with one of everything that P4Runtime can write, read or send.</summary>
    public static P4Program Program { get; } = P4Program.Load(Path.Combine(Checkout.Root, "tests", "data", "p4", "service"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (LiveSwitch started in _started.Values)
        {
            await started.DisposeAsync();
        }
    }

    internal static P4SwitchOptions Options(string target) => new()
    {
        Name = target,
        DeviceId = LiveSwitch.DeviceId,
        ConnectTimeout = TimeSpan.FromSeconds(60),
        CallTimeout = TimeSpan.FromSeconds(60),
    };

    internal async Task<LiveSwitch> GetAsync(string target)
    {
        if (!_started.TryGetValue(target, out LiveSwitch? found))
        {
            found = await LiveSwitch.StartAsync(target);
            _started.Add(target, found);
        }

        return found;
    }

    /// <summary>A primary of a switch that runs the program, or another one, with no entries.</summary>
    internal async Task<P4Switch> ConnectAsync(string target, Func<P4SwitchOptions, P4SwitchOptions>? change = null, P4Program? program = null)
    {
        LiveSwitch live = await GetAsync(target);
        P4SwitchOptions options = Options(target);
        P4Switch client = await P4Switch.ConnectAsync(change is null ? options : change(options), live.Address);
        await client.WaitForPrimaryAsync().WaitAsync(TimeSpan.FromSeconds(60));
        if (await client.Pipeline.ReadCookieAsync() is not null)
        {
            await client.ForceAsync([.. (await client.ReadReplicationAsync(default)).Select(P4Update.Delete)]);
        }

        await client.Pipeline.PushAsync(program ?? Program);
        return client;
    }

    /// <summary>Inserts or modifies entries that are written as text.</summary>
    internal static async Task WriteAsync(P4Switch client, params string[] lines) =>
        await client.WriteAsync([.. lines.Select(l => Program.Bind(EntryText.Parse(l))).Select(e => e.IsModifyOnly ? P4Update.Modify(e) : P4Update.Insert(e))]);

    /// <summary>A probe as the program parses it.</summary>
    internal static byte[] Probe(int a = 0, uint b = 0, byte flags = 0, byte kind = 1) =>
        [kind, flags, (byte)(a >> 8), (byte)a, (byte)(b >> 24), (byte)(b >> 16), (byte)(b >> 8), (byte)b, 0, 0];

    /// <summary>What a probe that came back carries in its last field.</summary>
    internal static int Answer(ByteString frame) => (frame[8] << 8) | frame[9];
}
