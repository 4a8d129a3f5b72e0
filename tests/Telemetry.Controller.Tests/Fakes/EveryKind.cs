using Telemetry.Controller.Programs;
using Telemetry.P4Runtime.Schema;

namespace Telemetry.Controller.Tests.Fakes;

/// <summary>A program with an object of every kind.</summary>
internal static class EveryKind
{
    public static P4Program Program { get; } = new("every", "", P4InfoIndex.FromText("""
        tables {
          preamble { id: 33554433 name: "Ingress.route" alias: "route" }
          match_fields { id: 1 name: "hdr.ipv4.dst_addr" bitwidth: 32 match_type: LPM }
          match_fields { id: 2 name: "hdr.vlan[0].id" bitwidth: 12 match_type: EXACT }
          action_refs { id: 16777217 }
          action_refs { id: 16777218 }
          direct_resource_ids: 318767105
          direct_resource_ids: 352321537
          size: 1024
          idle_timeout_behavior: NOTIFY_CONTROL
        }
        tables {
          preamble { id: 33554434 name: "Ingress.acl" alias: "acl" }
          match_fields { id: 1 name: "hdr.ipv4.src_addr" bitwidth: 32 match_type: TERNARY }
          match_fields { id: 2 name: "meta.port" bitwidth: 16 match_type: RANGE }
          match_fields { id: 3 name: "hdr.ipv4.protocol" bitwidth: 8 match_type: OPTIONAL }
          match_fields { id: 4 name: "meta.tag" match_type: EXACT type_name { name: "tag_t" } }
          action_refs { id: 16777218 }
          action_refs { id: 21257015 scope: DEFAULT_ONLY }
          size: 64
        }
        tables {
          preamble { id: 33554435 name: "Ingress.balance" alias: "balance" }
          match_fields { id: 1 name: "meta.group" bitwidth: 16 match_type: EXACT }
          action_refs { id: 16777217 }
          action_refs { id: 16777218 }
          implementation_id: 285212673
          size: 16
        }
        actions {
          preamble { id: 16777217 name: "Ingress.forward" alias: "forward" }
          params { id: 1 name: "mac" bitwidth: 48 }
          params { id: 2 name: "port" bitwidth: 9 }
        }
        actions { preamble { id: 16777218 name: "Ingress.drop" alias: "drop" } }
        actions { preamble { id: 21257015 name: "NoAction" alias: "NoAction" } }
        action_profiles {
          preamble { id: 285212673 name: "Ingress.members" alias: "members" }
          table_ids: 33554435
          with_selector: true
          size: 64
        }
        counters { preamble { id: 301989889 name: "Ingress.rx" alias: "rx" } spec { unit: BOTH } size: 8 }
        direct_counters { preamble { id: 318767105 name: "Ingress.hits" alias: "hits" } spec { unit: BOTH } direct_table_id: 33554433 }
        meters { preamble { id: 335544321 name: "Ingress.police" alias: "police" } spec { unit: BYTES } size: 4 }
        direct_meters { preamble { id: 352321537 name: "Ingress.limit" alias: "limit" } spec { unit: PACKETS } direct_table_id: 33554433 }
        registers { preamble { id: 369098753 name: "Egress.seen" alias: "seen" } type_spec { struct { name: "seen_t" } } size: 4 }
        digests { preamble { id: 385875969 name: "learn_t" alias: "learn_t" } type_spec { struct { name: "seen_t" } } }
        value_sets {
          preamble { id: 50331649 name: "Parser.tpids" alias: "tpids" }
          match { id: 1 name: "type" bitwidth: 16 match_type: EXACT }
          match { id: 2 name: "flags" bitwidth: 8 match_type: TERNARY }
          size: 4
        }
        externs {
          extern_type_id: 129
          extern_type_name: "Box"
          instances { preamble { id: 2164260865 name: "Ingress.box" alias: "box" } }
        }
        type_info {
          structs { key: "seen_t" value {
            members { name: "mac" type_spec { bitstring { bit { bitwidth: 48 } } } }
            members { name: "port" type_spec { bitstring { bit { bitwidth: 9 } } } }
          } }
          new_types { key: "tag_t" value { translated_type { uri: "tag" sdn_string {} } } }
        }
        """), "{}"u8.ToArray());
}
