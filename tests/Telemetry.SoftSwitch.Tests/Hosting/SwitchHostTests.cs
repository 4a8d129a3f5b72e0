using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using P4.Bm;
using Telemetry.SoftSwitch.Hosting;
using Telemetry.SoftSwitch.Hosting.Capture;
using Telemetry.SoftSwitch.Tests.Support;
using static Telemetry.SoftSwitch.Tests.Support.ProgramJson;

namespace Telemetry.SoftSwitch.Tests.Hosting;

public sealed class SwitchHostTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("switch");

    public void Dispose() => _folder.Delete(true);

    [Fact]
    public async Task RunAsync_MissingInterfaceOrFile_TellsAndReturnsOne()
    {
        using StringWriter log = new();
        Assert.Equal(1, await SwitchHost.RunAsync(["--no-p4", "-i", "1@no-such-if0", "--", "--grpc-server-addr", "127.0.0.1:0"], TextWriter.Null, log, CancellationToken.None));
        Assert.Contains("no-such-if0", log.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await SwitchHost.RunAsync(["/no/such/file.json"], TextWriter.Null, log, CancellationToken.None));
        Assert.Contains("/no/such/file.json", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_UseFiles_PlaysAndRecords()
    {
        using (PcapWriter input = new(At("eth1_in.pcap"), _ => { }))
        {
            input.Write(Convert.FromHexString("0001AABB"), 1_000_000_000);
            input.Write(Convert.FromHexString("0002CCDD"), 2_000_000_000);
        }

        using (new PcapWriter(At("eth2_in.pcap"), _ => { }))
        {
        }

        await using RunningSwitch running = await RunningSwitch.StartAsync(
            "-i", $"1@{At("eth1")}", "-i", $"2@{At("eth2")}", "--use-files", "0", await WriteProgramAsync(), "--", "--grpc-server-addr", "127.0.0.1:0");
        await Eventually(() => PcapFile.Read(At("eth2_out.pcap")).Count == 2);
        Assert.Equal(["0001AABB", "0002CCDD"], PcapFile.Read(At("eth2_out.pcap")).Select(f => Convert.ToHexString(f.Frame)));
    }

    [Fact]
    public async Task RunAsync_LogFile_HasTheWholeTraceAtTheEnd()
    {
        using (PcapWriter input = new(At("eth1_in.pcap"), _ => { }))
        {
            input.Write(Convert.FromHexString("0001AABB"), 1_000_000_000);
        }

        using (new PcapWriter(At("eth2_in.pcap"), _ => { }))
        {
        }

        await using (RunningSwitch running = await RunningSwitch.StartAsync(
            "-i", $"1@{At("eth1")}", "-i", $"2@{At("eth2")}", "--use-files", "0", "--log-file", At("log.txt"), "-L", "debug", await WriteProgramAsync(), "--", "--grpc-server-addr", "127.0.0.1:0"))
        {
            await Eventually(() => PcapFile.Read(At("eth2_out.pcap")).Count == 1);
        }

        string[] lines = await File.ReadAllLinesAsync(At("log.txt"));
        Assert.EndsWith("[device 0] [D] [0.0] received on port 1, 4 bytes", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("[D] [0.0] transmitted on port 2, 4 bytes", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_DataplaneGrpc_PacketsComeAndGoOverTheStream()
    {
        await using RunningSwitch running = await RunningSwitch.StartAsync(
            "--device-id", "7", await WriteProgramAsync(), "--", "--grpc-server-addr", "127.0.0.1:0", "--dp-grpc-server-addr", "127.0.0.1:0");
        Assert.Equal("telemetry switch: P4Runtime on 127.0.0.1:PORT, device 7, data plane on 127.0.0.1:PORT", Regex.Replace(running.Line, ":[0-9]+", ":PORT"));
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://{running.Line.Split(' ')[^1]}");
        DataplaneInterface.DataplaneInterfaceClient client = new(channel);
        using AsyncDuplexStreamingCall<PacketStreamRequest, PacketStreamResponse> stream = client.PacketStream();
        await stream.RequestStream.WriteAsync(new PacketStreamRequest { DeviceId = 7, Port = 5, Id = 42, Packet = ByteString.CopyFrom(0, 9, 1, 2) });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(new PacketStreamResponse { DeviceId = 7, Port = 2, Id = 42, Packet = ByteString.CopyFrom(0, 9, 1, 2) }, stream.ResponseStream.Current);

        using (AsyncDuplexStreamingCall<PacketStreamRequest, PacketStreamResponse> second = client.PacketStream())
        {
            RpcException busy = await Assert.ThrowsAsync<RpcException>(() => second.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(StatusCode.ResourceExhausted, busy.StatusCode);
        }

        await client.SetPortOperStatusAsync(new SetPortOperStatusRequest { DeviceId = 7, Port = 5, OperStatus = PortOperStatus.OperStatusDown });
        await stream.RequestStream.WriteAsync(new PacketStreamRequest { DeviceId = 7, Port = 5, Packet = ByteString.CopyFrom(0, 8, 1, 2) });
        await stream.RequestStream.WriteAsync(new PacketStreamRequest { DeviceId = 7, Port = 6, Packet = ByteString.CopyFrom(0, 7, 1, 2) });
        await stream.RequestStream.CompleteAsync();
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(7, stream.ResponseStream.Current.Packet[1]);
        Assert.False(await stream.ResponseStream.MoveNext(CancellationToken.None));
        RpcException unknown = await Assert.ThrowsAsync<RpcException>(async () => await client.SetPortOperStatusAsync(new SetPortOperStatusRequest { DeviceId = 7, Port = 5 }));
        Assert.Equal(StatusCode.InvalidArgument, unknown.StatusCode);
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 1200 && !condition(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition());
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Everything goes to port 2.</summary>
    private async Task<string> WriteProgramAsync()
    {
        byte[] json = new ProgramJson().Header("h", "a:16").State("start", Extract("h")).Run("ingress", "forward", null, ToPort(2)).Bytes;
        await File.WriteAllBytesAsync(At("program.json"), json);
        return At("program.json");
    }
}
