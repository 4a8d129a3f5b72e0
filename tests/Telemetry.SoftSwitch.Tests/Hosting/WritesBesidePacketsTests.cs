using System.Globalization;
using P4.V1;
using Telemetry.SoftSwitch.Tests.Service;
using static Telemetry.SoftSwitch.Tests.Service.ServiceFixture;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Hosting;

/// <summary>Tables are written while packets flow: none is lost, doubled or overtaken, and each sees the tables between two updates.</summary>
public sealed class WritesBesidePacketsTests
{
    private const int Rounds = 30;
    private const int Updates = 500;

    [Fact]
    public async Task Write_BatchesInFlightWhilePacketsFlow_EveryPacketLeavesOnceInOrder()
    {
        await using ServedSwitch served = await ServedSwitch.StartAsync();
        await served.WriteAsync(Type.Insert, Of(Entry("lpm_table", "hdr.probe.b=192.0.0.0/8", "set value=7")));
        using CancellationTokenSource written = new();
        Task<int> sending = Task.Run(async () =>
        {
            int sent = 0;
            while (!written.IsCancellationRequested || sent == 0)
            {
                await served.ProbeAsync(a: 1, b: 0xC0000000u + (uint)sent++);
            }

            return sent;
        });
        Entity[] entries = [.. Enumerable.Range(0, Updates).Select(i => Of(Entry("lpm_table", $"hdr.probe.b=10.{i / 256}.{i % 256}.0/24", "set value=9")))];
        for (int round = 0; round < Rounds; round++)
        {
            // Two halves at once, so that one is prepared while the other is applied.
            Type type = round % 2 == 0 ? Type.Insert : Type.Delete;
            await Task.WhenAll(served.WriteAsync(type, entries[..(Updates / 2)]), served.WriteAsync(type, entries[(Updates / 2)..]));
        }

        await written.CancelAsync();
        int count = await sending;
        await served.ProbeAsync(a: 2); // those before it have left
        List<string> frames = [.. served.Output.Frames.Select(f => f.Hex).Take(count)];
        Assert.Equal(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"01000001{0xC0000000u + (uint)i:X8}0007")), frames);
    }
}
