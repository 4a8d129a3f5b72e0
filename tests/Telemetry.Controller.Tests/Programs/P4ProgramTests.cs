using P4.V1;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;
using Telemetry.Controller.Programs;
using Telemetry.Controller.Tests.Fakes;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Tests.Programs;

public sealed class P4ProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("program").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_FolderOrJson_GivesTheSameProgram()
    {
        P4Program byFolder = P4Program.Load(Networks.ProgramFolder);
        P4Program byFile = P4Program.Load(Path.Combine(Networks.ProgramFolder, "fabric.json"));

        Assert.Equal("fabric", byFolder.Name);
        Assert.Equal(byFolder.Cookie, byFile.Cookie);
        Assert.NotEqual(0UL, byFolder.Cookie);
    }

    [Fact]
    public void Load_TheRepositorysIntProgram_HasWhatPlansNeed()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Telemetry.sln")))
        {
            root = root.Parent;
        }

        P4Program program = P4Program.Load(Path.Combine(root!.FullName, "p4", "int"));

        SwitchRoutes routes = SwitchRoutes.Compute(Networks.LeafSpine, _ => true);
        Assert.All(Networks.LeafSpine.Switches, node => Assert.All(
            [
                .. RoutePlanner.Plan(Networks.LeafSpine, node, routes, new EcmpGroups()),
                .. IntPlanner.Plan(Networks.LeafSpine, node, Networks.Report, new IntOptions()),
                PuntPlanner.Lldp,
            ],
            spec => Assert.NotEmpty(program.Bind(spec).Text)));
        Assert.Equal(TelemetryMode.IntMd, program.Description.Telemetry);
    }

    [Fact]
    public void Load_OneByteDiffers_GivesAnotherCookie()
    {
        Copy(json => json + " ");

        Assert.NotEqual(Networks.Program.Cookie, P4Program.Load(_folder).Cookie);
    }

    [Fact]
    public void Load_P4InfoOfAnotherProgram_NamesTheFirstMismatch()
    {
        Copy(json => json.Replace("hdr.ipv4.dst_addr", "hdr.ipv4.dstAddr", StringComparison.Ordinal));

        P4ProgramException fault = Assert.Throws<P4ProgramException>(() => P4Program.Load(_folder));

        Assert.Equal(
            $"{Path.Combine(_folder, "x.p4info.txtpb")}: is the P4Info of another program than x.json: key 1 of table"
            + " Ingress.ipv4_lpm is hdr.ipv4.dst_addr there and hdr.ipv4.dstAddr in the JSON",
            fault.Message);
    }

    [Theory]
    [InlineData("Ingress.l2_punt", "it has table Ingress.l2_punt, the JSON does not")]
    [InlineData("Ingress.set_ecmp_seed", "it has action Ingress.set_ecmp_seed, the JSON does not")]
    public void Load_ObjectMissing_NamesIt(string name, string expected)
    {
        Copy(json => json.Replace($"\"{name}\"", "\"other\"", StringComparison.Ordinal));

        Assert.Contains(expected, Assert.Throws<P4ProgramException>(() => P4Program.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FilesMissing_SaysWhatIsExpected()
    {
        Assert.Contains(
            "holds no compiled program; expected NAME.json and NAME.p4info.txtpb",
            Assert.Throws<P4ProgramException>(() => P4Program.Load(_folder)).Message,
            StringComparison.Ordinal);
        string lone = Path.Combine(_folder, "lone.json");
        File.WriteAllText(lone, "{}");
        Assert.Contains(
            "has no P4Info beside it; expected lone.p4info.txtpb",
            Assert.Throws<P4ProgramException>(() => P4Program.Load(lone)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "lone.p4info.txtpb"), "tables {\n  nonsense: 1\n}\n");
        Assert.Contains(
            "is no P4Info: 2:3",
            Assert.Throws<P4ProgramException>(() => P4Program.Load(lone)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be read",
            Assert.Throws<P4ProgramException>(() => P4Program.Load(Path.Combine(_folder, "none.json"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Entry_ByNames_GivesIdsAndCanonicalBytes()
    {
        P4Entry entry = Networks.Program.Table("ipv4_lpm").Entry(
            m => m.Lpm("hdr.ipv4.dst_addr", "10.0.1.7/24"),
            a => a.Call("set_next_hop", ("dst_mac", "00:00:00:00:01:11"), ("port", 1)));

        TableEntry table = entry.Entity.TableEntry;
        Assert.Equal(0x02000001u, table.TableId);
        Assert.Equal([10, 0, 1, 0], table.Match[0].Lpm.Value.ToByteArray());
        Assert.Equal(24, table.Match[0].Lpm.PrefixLen);
        Assert.Equal([1, 0x11], table.Action.Action.Params[0].Value.ToByteArray());
        Assert.Equal([1], table.Action.Action.Params[1].Value.ToByteArray());
        Assert.Equal("table 02000001 1=0xa000100/24", entry.Key);
    }

    [Fact]
    public void Entry_TernaryDontCare_IsLeftOut()
    {
        P4Entry entry = Networks.Program.Table("int_watchlist").Entry(
            m => m.Ternary("hdr.ipv4.protocol", 17, 255).Ternary("meta.l4_src_port", 5, 0),
            a => a.Call("NoAction"),
            priority: 4);

        Assert.Equal(3u, Assert.Single(entry.Entity.TableEntry.Match).FieldId);
        Assert.Equal(4, entry.Entity.TableEntry.Priority);
    }

    [Fact]
    public void Entry_Faults_AreAllNamed()
    {
        P4InfoException fault = Assert.Throws<P4InfoException>(() => Networks.Program.Table("ipv4_lpm").Entry(
            m => m.Lpm("hdr.ipv4.dst", "10.0.1.0/24"), a => a.Call("set_next_hop", ("port", 600))));

        Assert.Equal(
            "table Ingress.ipv4_lpm has no key hdr.ipv4.dst; did you mean hdr.ipv4.dst_addr? known keys: hdr.ipv4.dst_addr;"
            + " action Ingress.set_next_hop: port (bit<9>): 0x258 needs 10 bits;"
            + " action Ingress.set_next_hop: no value for dst_mac (48 bits)",
            fault.Message);
    }

    private void Copy(Func<string, string> change)
    {
        File.WriteAllText(
            Path.Combine(_folder, "x.json"), change(File.ReadAllText(Path.Combine(Networks.ProgramFolder, "fabric.json"))));
        File.Copy(Path.Combine(Networks.ProgramFolder, "fabric.p4info.txtpb"), Path.Combine(_folder, "x.p4info.txtpb"));
    }
}
