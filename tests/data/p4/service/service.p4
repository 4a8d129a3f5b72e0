// One of everything that P4Runtime can write, read or send, for the tests of the service.
#include <core.p4>
#include <v1model.p4>

@p4runtime_translation("lab/port_id", string)
type bit<9> port_id_t;

@p4runtime_translation("lab/vrf", string)
type bit<10> vrf_t;

@p4runtime_translation("lab/number", 32)
type bit<16> number_t;

header probe_t {
    bit<8>  kind;
    bit<8>  flags;
    bit<16> a;
    bit<32> b;
    bit<16> out_value;
}

@controller_header("packet_out")
header packet_out_t {
    bit<9> egress_port;
    bit<7> padding;
}

@controller_header("packet_in")
header packet_in_t {
    bit<9> ingress_port;
    bit<7> reason;
}

struct headers_t {
    packet_out_t packet_out;
    packet_in_t  packet_in;
    probe_t      probe;
}

struct learn_t {
    bit<16> a;
    bit<9>  port;
}

struct meta_t {
    bit<2>   color;
    vrf_t    vrf;
    number_t number;
    bit<32>  seen;
}

parser ProbeParser(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t standard) {
    value_set<bit<8>>(4) kinds;
    state start {
        transition select(standard.ingress_port) {
            510: parse_packet_out;
            default: parse_kind;
        }
    }
    state parse_packet_out {
        packet.extract(hdr.packet_out);
        transition parse_kind;
    }
    state parse_kind {
        transition select(packet.lookahead<bit<8>>()) {
            1: parse_probe;
            kinds: parse_probe;
            default: accept;
        }
    }
    state parse_probe {
        packet.extract(hdr.probe);
        transition accept;
    }
}

control NoVerify(inout headers_t hdr, inout meta_t meta) { apply {} }

control ProbeIngress(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t standard) {
    counter(4, CounterType.packets_and_bytes) cells;
    meter(4, MeterType.packets) cell_meters;
    register<bit<48>>(4) cell_values;
    direct_counter(CounterType.packets_and_bytes) exact_hits;
    direct_meter<bit<2>>(MeterType.packets) exact_meter;
    action_profile(4) members;
    @max_group_size(8) action_selector(HashAlgorithm.crc16, 32w128, 32w16) groups;

    action set(bit<16> value) { hdr.probe.out_value = value; }
    action mark(bit<16> value) { hdr.probe.out_value = value; exact_meter.read(meta.color); }
    action to(port_id_t port) { standard.egress_spec = (bit<9>) port; }
    action enter(vrf_t vrf, number_t number) { meta.vrf = vrf; meta.number = number; hdr.probe.out_value = (bit<16>)(bit<10>) vrf; }
    action count(bit<32> index) {
        cells.count(index);
        cell_meters.execute_meter(index, meta.color);
        cell_values.write(index, (bit<48>) hdr.probe.b);
    }
    action learn() { digest<learn_t>(1, { hdr.probe.a, standard.ingress_port }); }
    action flood(bit<16> group) { standard.mcast_grp = group; }
    action mirror(bit<32> session) { clone(CloneType.I2E, session); }
    action punt() { standard.egress_spec = 510; }
    action tell_color() { hdr.probe.out_value = (bit<16>) meta.color; punt(); }
    action tell_cell(bit<32> index) {
        cell_meters.execute_meter(index, meta.color);
        tell_color();
    }
    action drop() { mark_to_drop(standard); }

    table exact_table {
        key = { hdr.probe.a: exact; }
        actions = { mark; NoAction; }
        default_action = NoAction();
        counters = exact_hits;
        meters = exact_meter;
        support_timeout = true;
        size = 8;
    }
    table lpm_table {
        key = { hdr.probe.b: lpm; }
        actions = { set; @defaultonly NoAction; @tableonly drop; }
        default_action = NoAction();
        size = 1024;
    }
    table acl {
        key = { hdr.probe.a: ternary; hdr.probe.b: range; hdr.probe.flags: optional; }
        actions = { set; learn; flood; mirror; punt; count; tell_color; tell_cell; NoAction; }
        default_action = NoAction();
        size = 1024;
    }
    table constant {
        key = { hdr.probe.flags: exact; }
        actions = { set; NoAction; }
        const default_action = NoAction();
        const entries = { 0xEE: set(0xEEEE); }
    }
    table initial {
        key = { hdr.probe.flags: exact; }
        actions = { set; NoAction; }
        default_action = NoAction();
        entries = { 0xDD: set(0xDDDD); }
        size = 16;
    }
    table by_member {
        key = { hdr.probe.a: exact; }
        actions = { set; NoAction; }
        implementation = members;
        size = 16;
    }
    table by_group {
        key = { hdr.probe.a: exact; hdr.probe.b: selector; }
        actions = { set; NoAction; }
        implementation = groups;
        size = 16;
    }
    table translated {
        key = { meta.vrf: exact; meta.number: ternary; }
        actions = { to; NoAction; }
        default_action = NoAction();
        size = 16;
    }
    table vrfs {
        key = { hdr.probe.a: exact; }
        actions = { enter; NoAction; }
        default_action = NoAction();
        size = 16;
    }
    apply {
        standard.egress_spec = 2;
        if (hdr.packet_out.isValid()) {
            standard.egress_spec = hdr.packet_out.egress_port;
            hdr.packet_out.setInvalid();
        }
        if (hdr.probe.isValid()) {
            exact_table.apply();
            lpm_table.apply();
            constant.apply();
            initial.apply();
            by_member.apply();
            by_group.apply();
            vrfs.apply();
            translated.apply();
            acl.apply();
        }
    }
}

control ProbeEgress(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t standard) {
    apply {
        if (standard.egress_port == 510) {
            hdr.packet_in.setValid();
            hdr.packet_in.ingress_port = standard.ingress_port;
            hdr.packet_in.reason = 5;
        }
    }
}

control NoUpdate(inout headers_t hdr, inout meta_t meta) { apply {} }

control ProbeDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);
        packet.emit(hdr.probe);
    }
}

V1Switch(ProbeParser(), NoVerify(), ProbeIngress(), ProbeEgress(), NoUpdate(), ProbeDeparser()) main;
