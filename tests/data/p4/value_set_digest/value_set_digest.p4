/* Parser value sets of one and of two fields, verify and parser errors, advance, digests. */
#include <core.p4>
#include <v1model.p4>

error { TooOld, Unwanted }

header base_h { bit<8> version; bit<12> kind; bit<4> group; bit<8> skip; }
header extra_h { bit<16> value; }
header report_h { bit<8> problem; bit<8> seen; }

struct kind_t { bit<12> kind; bit<4> group; }
struct headers_t { base_h base; extra_h extra; report_h report; }
struct meta_t { bit<8> seen; bit<9> version; }
struct learn_t { bit<12> kind; bit<9> port; bit<16> value; }

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    value_set<bit<9>>(4) versions;
    @name("kinds") value_set<kind_t>(4) kinds;
    state start {
        packet.extract(hdr.base);
        meta.seen = 0;
        meta.version = (bit<9>)hdr.base.version;
        transition select(meta.version) {
            versions: known;
            default: check;
        }
    }
    state known { meta.seen = meta.seen | 1; transition check; }
    state check {
        verify(hdr.base.version > 1, error.TooOld);
        verify(hdr.base.kind != 0xbad, error.Unwanted);
        packet.advance((bit<32>)hdr.base.skip);
        transition select(hdr.base.kind, hdr.base.group) {
            kinds: more;
            (12w0x100 &&& 12w0xf00, _): more;
            default: accept;
        }
    }
    state more { meta.seen = meta.seen | 2; packet.extract(hdr.extra); transition accept; }
}

control Verify(inout headers_t hdr, inout meta_t meta) { apply { } }

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (!hdr.base.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = sm.ingress_port;
        hdr.report.setValid();
        hdr.report.seen = meta.seen;
        hdr.report.problem = 0;
        if (sm.parser_error == error.PacketTooShort) { hdr.report.problem = 1; }
        else if (sm.parser_error == error.TooOld) { hdr.report.problem = 2; }
        else if (sm.parser_error == error.Unwanted) { hdr.report.problem = 3; }
        else if (sm.parser_error == error.ParserInvalidArgument) { hdr.report.problem = 4; }
        else if (sm.parser_error != error.NoError) { hdr.report.problem = 255; }
        if (hdr.extra.isValid()) {
            digest<learn_t>(1, { hdr.base.kind, sm.ingress_port, hdr.extra.value });
            hdr.extra.value = hdr.extra.value + 1;
        }
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t hdr, inout meta_t meta) { apply { } }
control DeparserImpl(packet_out packet, in headers_t hdr) {
    apply { packet.emit(hdr.report); packet.emit(hdr.base); packet.emit(hdr.extra); }
}

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
