/* Header unions: extraction, validity, assignment, comparison; the headers themselves compared. */
#include <core.p4>
#include <v1model.p4>

header select_h { bit<8> kind; bit<8> act; }
header short_h { bit<8> a; bit<8> b; }
header long_h { bit<32> x; bit<4> y; bit<12> z; }
header text_h { bit<8> size; varbit<64> text; }
header result_h { bit<8> flags; bit<8> which; }

header_union body_u { short_h small; long_h big; text_h text; }

struct headers_t { select_h sel; body_u first; body_u second; result_h result; }
struct meta_t { }

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(hdr.sel);
        transition select(hdr.sel.kind) {
            1: first_small;
            2: first_big;
            3: first_text;
            default: accept;
        }
    }
    state first_small { packet.extract(hdr.first.small); transition next; }
    state first_big { packet.extract(hdr.first.big); transition next; }
    state first_text {
        packet.extract(hdr.first.text, (bit<32>)(packet.lookahead<bit<8>>()) * 8);
        transition next;
    }
    state next {
        transition select(packet.lookahead<bit<8>>()) {
            0x0 &&& 0xc0: second_small;
            0x40 &&& 0xc0: second_big;
            default: accept;
        }
    }
    state second_small { packet.extract(hdr.second.small); transition accept; }
    state second_big { packet.extract(hdr.second.big); transition accept; }
}

control Verify(inout headers_t hdr, inout meta_t meta) { apply { } }

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (!hdr.sel.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = sm.ingress_port;
        hdr.result.setValid();
        hdr.result.flags = 0;
        hdr.result.which = 0;
        if (hdr.first.isValid()) { hdr.result.flags = hdr.result.flags | 1; }
        if (hdr.second.isValid()) { hdr.result.flags = hdr.result.flags | 2; }
        if (hdr.first.small.isValid()) { hdr.result.which = 1; }
        if (hdr.first.big.isValid()) { hdr.result.which = 2; }
        if (hdr.first.text.isValid()) { hdr.result.which = 3; }
        if (hdr.first.small == hdr.second.small) { hdr.result.flags = hdr.result.flags | 4; }
        if (hdr.first.big != hdr.second.big) { hdr.result.flags = hdr.result.flags | 8; }
        if (hdr.sel.act[0:0] == 1) { hdr.first = hdr.second; }
        if (hdr.sel.act[1:1] == 1) {
            hdr.second.small.setValid();
            hdr.second.small.a = hdr.sel.kind;
            hdr.second.small.b = 0x5a;
        }
        if (hdr.sel.act[2:2] == 1) { hdr.first.big.setInvalid(); }
        if (hdr.sel.act[3:3] == 1) {
            hdr.first.big.setValid();
            hdr.first.big.x = 0x01020304;
            hdr.first.big.y = 5;
            hdr.first.big.z = 0x678;
        }
        if (hdr.first.isValid()) { hdr.result.flags = hdr.result.flags | 16; }
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t hdr, inout meta_t meta) { apply { } }

control DeparserImpl(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.result);
        packet.emit(hdr.sel);
        packet.emit(hdr.first);
        packet.emit(hdr.second);
    }
}

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
