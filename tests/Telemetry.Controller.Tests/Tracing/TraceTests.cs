using System.Diagnostics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.Controller.Tracing;
using Telemetry.P4Runtime.Errors;

namespace Telemetry.Controller.Tests.Tracing;

public sealed class TraceTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"trace-{Guid.NewGuid():N}.pcapng");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Trace_WrittenAndRead_HasEveryMessage()
    {
        Record(out List<TraceRecord> sent, out _);
        IReadOnlyList<TraceRecord> read = TraceReader.Read(_path);

        Assert.Equal(sent.Select(Shown), read.Select(Shown));
        Assert.Contains(read, r => r.Status is { StatusCode: StatusCode.Unknown } && r.Details is not null);
        Assert.Contains(read, r => r.Message is { Length: > 2 * PcapngTrace.MaximumFrame }); // over several frames and segments
        static string Shown(TraceRecord r) =>
            $"{r.TimeNs} {r.Peer} {r.Call} {r.Method} {r.Direction} {(r.Message is { } m ? Convert.ToHexString(m.Span) : "end")} {r.Status} {(r.Details is { } d ? Convert.ToHexString(d.Span) : "")}";
    }

    [Fact]
    public void ReplayAsync_OnAnotherSwitch_LeavesItTheSame()
    {
        FakeSwitch first = Record(out _, out _);
        FakeSwitch second = new();
        ReplayReport? report = null;
        Run(second, null, async (sw, token) => report = await TraceReplay.ReplayAsync(sw, TraceReader.Read(_path), cancellation: token));

        Assert.Equal(first.Entities, second.Entities);
        Assert.Equal(first.Cookie, second.Cookie);
        Assert.Equal((1, 901, 1), (report!.Pipelines, report.Updates, report.Packets));
        string fault = Assert.Single(report.Faults);
        Assert.StartsWith("as in the trace: s1: write of 1 update: update 0 (insert Ingress.l2_punt", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TextTrace_Call_NamesWhatItHolds()
    {
        Record(out _, out string text);

        Assert.Contains(" s1 #0 -> StreamChannel arbitration: device 1, election id 1", text, StringComparison.Ordinal);
        Assert.Contains(" s1 #2 -> SetForwardingPipelineConfig VerifyAndCommit 10 tables", text, StringComparison.Ordinal);
        Assert.Contains("-> Write 1 update(s)\n    insert Ingress.l2_punt hdr.ethernet.ether_type=1 -> Ingress.drop()", text, StringComparison.Ordinal);
        Assert.Contains("ends Unknown: 1 of 1 update(s) failed", text, StringComparison.Ordinal);
        Assert.Contains("\n    update 0: AlreadyExists", text, StringComparison.Ordinal);
        Assert.Contains("-> StreamChannel packet-out egress_port=7 pad=0 3 bytes 010203", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedTrace_NeverThrowsAnythingElse()
    {
        Record(out _, out _);
        byte[] whole = File.ReadAllBytes(_path)[..6000];
        Random random = new(11);
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = whole[..random.Next(whole.Length)];
            for (int n = random.Next(8); n > 0 && damaged.Length > 0; n--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.NotNull(TraceReader.Read(damaged));
            }
            catch (TraceException fault)
            {
                Assert.Equal("is no little-endian pcapng file", fault.Message);
            }
        }
    }

    [TsharkFact]
    public async Task PcapngTrace_InWireshark_IsGrpcWithoutFaults()
    {
        Record(out _, out _);
        string protos = Path.Combine(RepositoryRoot(), "wire", "Telemetry.P4Runtime", "Protos");
        string? well = WellKnownTypes();
        ProcessStartInfo start = new("tshark")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-r", _path, "-o", "protobuf.preload_protos:TRUE", "-o", $"uat:protobuf_search_paths:\"{protos}\",\"TRUE\"", "-V",
            },
        };
        if (well is not null)
        {
            start.ArgumentList.Add("-o");
            start.ArgumentList.Add($"uat:protobuf_search_paths:\"{well}\",\"FALSE\"");
        }

        using Process tshark = Process.Start(start)!;
        Task<string> errors = tshark.StandardError.ReadToEndAsync();
        string text = await tshark.StandardOutput.ReadToEndAsync();
        await errors;

        Assert.Contains("GRPC Message: /p4.v1.P4Runtime/Write, Request", text, StringComparison.Ordinal);
        Assert.Contains("GRPC Message: /p4.v1.P4Runtime/SetForwardingPipelineConfig, Request", text, StringComparison.Ordinal);
        if (well is not null)
        {
            Assert.Contains("Message: p4.v1.WriteRequest", text, StringComparison.Ordinal);
            Assert.Contains("Field(3): election_id", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Malformed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[Expert Info (Error", text, StringComparison.Ordinal);
    }

    /// <summary>Folder of google/protobuf/any.proto; Wireshark knows message names only with it.</summary>
    private static string? WellKnownTypes()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string tools = Path.Combine(packages, "grpc.tools");
        return Directory.Exists(tools)
            ? Directory.GetDirectories(tools).Select(v => Path.Combine(v, "build", "native", "include")).FirstOrDefault(Directory.Exists)
            : null;
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Telemetry.sln")))
        {
            root = root.Parent;
        }

        return root.FullName;
    }

    private FakeSwitch Record(out List<TraceRecord> records, out string text)
    {
        FakeSwitch fake = new();
        List<TraceRecord> sent = [];
        StringWriter lines = new() { NewLine = "\n" };
        using (PcapngTrace pcapng = new(File.Create(_path)))
        using (TextTrace textTrace = new(lines))
        {
            Run(fake, new Both(pcapng, textTrace, sent), async (sw, token) =>
            {
                await sw.Pipeline.EnsureAsync(Networks.Program, token);
                P4Entry[] routes = [.. Enumerable.Range(0, 900).Select(i => Networks.Program.Bind(
                    EntryText.Parse($"ipv4_lpm hdr.ipv4.dst_addr=10.{i / 256}.{i % 256}.0/24 -> set_next_hop(dst_mac=08:00:00:00:00:01, port=1)")))];
                await sw.WriteAsync([.. routes.Select(P4Update.Insert)], token);
                P4Entry punt = Networks.Program.Bind(EntryText.Parse("l2_punt hdr.ethernet.ether_type=1 -> drop"));
                await sw.WriteAsync([P4Update.Insert(punt)], token);
                await Assert.ThrowsAsync<P4RuntimeException>(() => sw.WriteAsync([P4Update.Insert(punt)], token));
                await sw.ReadStateAsync(token);
                Assert.True(sw.TrySend([1, 2, 3], ("egress_port", 7)));
            });
        }

        records = sent;
        text = lines.ToString();
        return fake;
    }

    private void Run(FakeSwitch fake, ITraceSink? sink, Func<P4Switch, CancellationToken, Task> test)
    {
        ManualTime.TakeThread();
        using CancellationTokenSource ending = new();
        CallInvoker invoker = fake.Connect();
        P4Switch client = new(
            new P4SwitchOptions { Name = "s1", DeviceId = 1 },
            () => sink is null ? invoker : invoker.Intercept(new TracingInterceptor("s1", sink, _time)),
            _time);
        InlineRun.Of(client, ending, test);
    }

    private sealed class Both(ITraceSink first, ITraceSink second, List<TraceRecord> all) : ITraceSink
    {
        public void Write(TraceRecord record)
        {
            first.Write(record);
            second.Write(record);
            all.Add(record);
        }
    }

    private sealed class TsharkFactAttribute : FactAttribute
    {
        public TsharkFactAttribute()
        {
            bool found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "tshark")));
            Skip = found ? null : "tshark is not on the PATH";
        }
    }
}
