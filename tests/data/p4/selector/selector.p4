/* Action selectors and action profiles, one for each table: BMv2 fails where tables share one. Idle timeouts. */
#include <core.p4>
#include <v1model.p4>

header flow_h { bit<8> dst; bit<8> src; bit<16> label; bit<8> hop; bit<8> mark; }

struct headers_t { flow_h flow; }
struct meta_t { }

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    state start { packet.extract(hdr.flow); transition accept; }
}

control Verify(inout headers_t hdr, inout meta_t meta) { apply { } }

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    action_selector(HashAlgorithm.crc16, 32w64, 32w14) paths;
    action_selector(HashAlgorithm.identity, 32w64, 32w14) exact_paths;
    action_profile(32w16) marks;
    action_profile(32w16) label_marks;

    action set_hop(bit<8> hop) { hdr.flow.hop = hop; }
    action drop() { mark_to_drop(sm); }
    action set_mark(bit<8> mark) { hdr.flow.mark = mark; }

    table routes {
        key = { hdr.flow.dst: lpm; hdr.flow.src: selector; hdr.flow.label: selector; }
        actions = { set_hop; drop; NoAction; }
        implementation = paths;
        support_timeout = true;
        size = 64;
    }
    table exact_routes {
        key = { hdr.flow.hop: exact; hdr.flow.src: selector; hdr.flow.label: selector; }
        actions = { set_hop; drop; NoAction; }
        implementation = exact_paths;
        size = 64;
    }
    table marking {
        key = { hdr.flow.hop: exact; }
        actions = { set_mark; NoAction; }
        implementation = marks;
        size = 64;
    }
    table marking_by_label {
        key = { hdr.flow.label: ternary; }
        actions = { set_mark; NoAction; }
        implementation = label_marks;
        size = 64;
    }

    apply {
        if (!hdr.flow.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = sm.ingress_port;
        if (!routes.apply().hit) { exact_routes.apply(); }
        marking.apply();
        marking_by_label.apply();
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t hdr, inout meta_t meta) { apply { } }
control DeparserImpl(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.flow); } }

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
