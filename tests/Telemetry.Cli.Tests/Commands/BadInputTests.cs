using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Telemetry.Cli.Tests.Programs;
using Telemetry.Cli.Tests.Repository;

namespace Telemetry.Cli.Tests.Commands;

public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("telemetry-bad-input").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("nosuch", "nosuch")]
    [InlineData("leafspine-0x1", "leafspine-0x1")]
    public async Task Lab_UnknownTopology_SaysItsName(string name, string expected) =>
        await FailsAsync([expected], "lab", "--headless", "--virtual", "--topology", name);

    [Theory]
    [InlineData("--report-timer", "5", "--report-filter")]
    [InlineData("--report-queues", "2", "3 to 65535")]
    [InlineData("--watch-rate", "0", "1 to 65535")]
    [InlineData("--program", "nosuch", "no P4 program at nosuch")]
    public async Task Lab_TelemetryOptionOutOfBounds_SaysWhatIsExpected(string option, string value, string expected) =>
        await FailsAsync([option.Replace("--program", "program", StringComparison.Ordinal), expected], "lab", "--headless", "--virtual", "--topology", "linear", option, value);

    [Fact]
    public async Task Lab_MalformedTopology_SaysFileAndEveryPlace()
    {
        string file = Write("broken.json", """
            {"hosts": {"h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01"}},
             "switches": {"s1": {}}, "links": [["h1", "s1-p1"], ["h2", "s1-p1"]]}
            """);
        await FailsAsync(["broken.json", "h2", "08:00:00:00:01"], "lab", "--headless", "--virtual", "--topology", file);
    }

    [Fact]
    public async Task Lab_NotJson_SaysFileAndLine()
    {
        string file = Write("nojson.json", "{\"hosts\": [\n");
        await FailsAsync(["nojson.json"], "lab", "--headless", "--virtual", "--topology", file);
    }

    [Fact]
    public async Task Lab_RuntimeFileNamesUnknownTable_SaysFileEntryAndTable()
    {
        Write("s1-runtime.json", """
            {"target": "bmv2", "table_entries": [
              {"table": "MyIngress.nosuch", "match": {"hdr.ipv4.dst_addr": ["10.0.1.1", 32]}, "action_name": "Ingress.drop", "action_params": {}}]}
            """);
        string file = Write("topology.json", """
            {"hosts": {"h1": {"ip": "10.0.1.1/24", "mac": "08:00:00:00:01:11"}, "h2": {"ip": "10.0.1.2/24", "mac": "08:00:00:00:01:22"}},
             "switches": {"s1": {"runtime_json": "s1-runtime.json"}}, "links": [["h1", "s1-p1"], ["h2", "s1-p2"]]}
            """);
        await FailsAsync(["s1-runtime.json", "MyIngress.nosuch"], "lab", "--headless", "--virtual", "--topology", file, "--scenario", "steady");
    }

    [Fact]
    public async Task Lab_P4InfoOfAnotherProgram_SaysWhatDoesNotFit()
    {
        string program = Directory.CreateDirectory(Path.Combine(_folder, "int")).FullName;
        File.Copy(Path.Combine(RepositoryRoot.Path, "p4", "int", "int.json"), Path.Combine(program, "int.json"));
        string other = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "tests", "data", "p4"), "*.p4info.txtpb", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).First();
        File.Copy(other, Path.Combine(program, "int.p4info.txtpb"));
        await FailsAsync(["int.p4info.txtpb"], "lab", "--headless", "--virtual", "--topology", "linear", "--program", program);
    }

    [Fact]
    public async Task Decode_NoCapture_SaysFile()
    {
        string file = Write("text.pcap", "this is no capture");
        await FailsAsync(["text.pcap"], "decode", file);
    }

    [Fact]
    public async Task Decode_WrongFilterOrProfile_SaysWhereAndWhatIsKnown()
    {
        string file = Path.Combine(RepositoryRoot.Path, "tests", "data", "reports-3hop.pcap");
        await FailsAsync(["at 1 of \"depht > 3\"", "depth"], "decode", file, "--filter", "depht > 3");
        string profiles = Write("profiles.json", """{"profiles": [{"name": "a", "deviations": ["nope"]}]}""");
        await FailsAsync(["profiles[0].deviations", "shim-counted"], "decode", file, "--profiles", profiles);
        await FailsAsync(["profiles[0].deviations", "shim-counted"], "node", "--profiles", profiles);
    }

    [Fact]
    public async Task DataCenter_BusyPort_SaysAddress()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}");
        await FailsAsync([address], "datacenter", "--listen", address);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task FailsAsync(string[] expected, params string[] arguments)
    {
        (int code, string output, string errors) = await TelemetryProcess.RunAsync(arguments);
        Assert.NotEqual(0, code);
        Assert.Empty(output);
        Assert.All(expected, e => Assert.Contains(e, errors, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal); // a stack trace is no clear error
    }
}
