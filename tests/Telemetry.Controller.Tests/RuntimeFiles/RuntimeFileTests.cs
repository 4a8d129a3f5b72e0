using Telemetry.Controller.Entries;
using Telemetry.Controller.RuntimeFiles;
using Telemetry.Controller.Tests.Fakes;

namespace Telemetry.Controller.Tests.RuntimeFiles;

public sealed class RuntimeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Bind_TutorialFormat_GivesEntriesInOrder()
    {
        RuntimeFile file = Load("""
            {
              "target": "bmv2",
              "p4info": "build/basic.p4.p4info.txtpb",
              "bmv2_json": "build/basic.json",
              "table_entries": [
                {"table": "Ingress.ipv4_lpm", "default_action": true, "action_name": "Ingress.drop", "action_params": {}},
                {"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst_addr": ["10.0.1.1", 32]},
                 "action_name": "Ingress.set_next_hop", "action_params": {"dst_mac": "08:00:00:00:01:11", "port": 1}},
                {"table": "Ingress.l2_punt", "match": {"hdr.ethernet.ether_type": [35020]}, "action_name": "Ingress.send_to_cpu", "action_params": {}},
                {"table": "Ingress.int_watchlist", "priority": 3,
                 "match": {"hdr.ipv4.protocol": [17, 255], "meta.l4_dst_port": ["0x1000", "0xf000"]},
                 "action_name": "Ingress.int_source",
                 "action_params": {"max_hops": 8, "hop_words": 8, "instructions": 64512, "rate": 1}}
              ],
              "multicast_group_entries": [
                {"multicast_group_id": 1, "replicas": [{"egress_port": 1, "instance": 1}, {"egress_port": 2, "instance": 1}]}],
              "clone_session_entries": [
                {"clone_session_id": 100, "replicas": [{"egress_port": 252, "instance": 1}]}]
            }
            """);

        IReadOnlyList<P4Entry> entries = file.Bind(Networks.Program);

        Assert.Equal(
            [
                "multicast 1 -> 1, 2",
                "clone 100 -> 252",
                "Ingress.ipv4_lpm default -> Ingress.drop()",
                "Ingress.ipv4_lpm hdr.ipv4.dst_addr=10.0.1.1/32 -> Ingress.set_next_hop(dst_mac=08:00:00:00:01:11, port=1)",
                "Ingress.l2_punt hdr.ethernet.ether_type=35020 -> Ingress.send_to_cpu()",
                "Ingress.int_watchlist hdr.ipv4.protocol=17 meta.l4_dst_port=4096&&&0xf000 priority 3"
                    + " -> Ingress.int_source(max_hops=8, hop_words=8, instructions=64512, rate=1)",
            ],
            entries.Select(e => e.Text));
        Assert.Null(file.ProgramPath);
        Assert.Equal("CgABAQ==", entries[3].Entity.TableEntry.Match[0].Lpm.Value.ToBase64());
    }

    [Fact]
    public void Bind_ManyFaults_NamesEachWithLineAndPlace()
    {
        RuntimeFile file = Load("""
            {
              "table_entries": [
                {"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst": ["10.0.1.1", 32]}, "action_name": "Ingress.drop"},
                {"table": "MyIngress.ipv4", "action_name": "Ingress.drop"},
                {"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst_addr": ["10.0.1.1", 33]}, "action_name": "Ingress.forward"},
                {"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst_addr": ["10.0.1.1", 32]}, "action_name": "Ingress.set_next_hop",
                 "action_params": {"port": 512, "mac": "08:00:00:00:01:11"}},
                {"table": "Ingress.int_watchlist", "match": {"hdr.ipv4.protocol": [1, 2, 3]}, "action_name": "NoAction"},
                {"table": "Ingress.l2_punt", "match": {}, "action_name": "Ingress.drop", "prio": 1},
                {"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst_addr": "10.0.9.0/24"}, "action_name": "Ingress.drop"},
                {"table": "Ingress.ipv4_lpm", "match": {"hdr.ipv4.dst_addr": ["10.0.9.7", 24]}, "action_name": "Ingress.drop"}
              ],
              "clone_session_entries": [{"clone_session_id": 0, "replicas": 1}]
            }
            """);

        RuntimeFileException fault = Assert.Throws<RuntimeFileException>(() => file.Bind(Networks.Program));

        Assert.Equal(
            [
                "13: clone_session_entries[0]: has no list of replicas; expected \"replicas\": [{\"egress_port\": 1, \"instance\": 1}]",
                "13: clone_session_entries[0]: clone session 0: expected an id from 1 to 32767",
                "3: table_entries[0]: table Ingress.ipv4_lpm has no key hdr.ipv4.dst; did you mean hdr.ipv4.dst_addr? known keys: hdr.ipv4.dst_addr",
                "4: table_entries[1]: no table MyIngress.ipv4; known: Egress.int_node, Egress.int_report, Ingress.ecmp_backup, Ingress.ecmp_config,"
                    + " Ingress.ecmp_group, Ingress.int_sink_port, Ingress.int_source_port, Ingress.int_watchlist, Ingress.ipv4_lpm, Ingress.l2_punt",
                "5: table_entries[2]: table Ingress.ipv4_lpm: hdr.ipv4.dst_addr (bit<32>): '10.0.1.1/33': the prefix length has to be 0 to 32",
                "5: table_entries[2]: table Ingress.ipv4_lpm has no action Ingress.forward; known actions: Ingress.set_next_hop, Ingress.set_ecmp_group, Ingress.drop",
                "6: table_entries[3]: action Ingress.set_next_hop: port (bit<9>): 0x200 needs 10 bits",
                "6: table_entries[3]: action Ingress.set_next_hop has no parameter mac; known parameters: dst_mac, port",
                "6: table_entries[3]: action Ingress.set_next_hop: no value for dst_mac (48 bits)",
                "8: table_entries[4].match.hdr.ipv4.protocol: does not fit key hdr.ipv4.protocol, which is Ternary; expected [value, mask]",
                "8: table_entries[4]: table Ingress.int_watchlist has a ternary, range or optional key: expected a priority above 0, e.g. priority 10; the largest wins",
                "9: table_entries[5].prio: unknown key \"prio\"; known keys: table, match, action_name, action_params, default_action, priority",
                "9: table_entries[5]: table Ingress.l2_punt: no value for the exact key hdr.ethernet.ether_type (16 bits)",
                "11: table_entries[7]: is the same entry as table_entries[6] in line 10",
            ],
            fault.Faults.Select(f => f.ToString()[(f.File.Length + 1)..]));
    }

    [Theory]
    [InlineData("[]", "1: is a list; expected an object with table_entries")]
    [InlineData("{\"target\": \"tofino\"}", "1: target: is \"tofino\"; expected \"bmv2\"")]
    [InlineData("{\"table_entries\": [7]}", "1: table_entries[0]: is 7; expected an object")]
    [InlineData("{\"tables\": []}", "1: tables: unknown key \"tables\"")]
    [InlineData("{", "1: not JSON")]
    public void Load_NoRuntimeFile_SaysSo(string text, string expected)
    {
        RuntimeFileException fault = Assert.Throws<RuntimeFileException>(() => Load(text));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    private RuntimeFile Load(string json)
    {
        string path = Path.Combine(_folder, "s1-runtime.json");
        File.WriteAllText(path, json);
        return RuntimeFile.Load(path);
    }
}
