/* Resubmit and recirculate with preserved metadata, truncate, priorities, drop in egress, log_msg, assert. */
#include <core.p4>
#include <v1model.p4>

header tag_h { bit<8> rounds; bit<8> mode; bit<16> trace; bit<32> length; }

struct headers_t { tag_h tag; }
struct meta_t {
    @field_list(1) bit<8> again;
    @field_list(2) bit<8> around;
    bit<8> lost;
}

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    state start { packet.extract(hdr.tag); transition accept; }
}

control Verify(inout headers_t hdr, inout meta_t meta) { apply { } }

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (!hdr.tag.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = 2; // ingress_port is 0 the second time around
        sm.priority = hdr.tag.mode[7:5];
        log_msg("round {} of mode {}", { meta.again, hdr.tag.mode });
        hdr.tag.trace = hdr.tag.trace + 0x100 + (bit<16>)meta.again + (bit<16>)meta.lost;
        meta.lost = 7;
        if (hdr.tag.mode[0:0] == 1 && meta.again < 3 && sm.instance_type != 4) {
            meta.again = meta.again + 1;
            resubmit_preserving_field_list(1);
        }
        if (hdr.tag.mode[1:1] == 1) { meta.around = meta.around + 1; }
        hdr.tag.length = sm.packet_length;
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        assert(hdr.tag.rounds < 255 || hdr.tag.mode >= 0);
        if (hdr.tag.mode[1:1] == 1 && meta.around < 3 && hdr.tag.rounds > 0) {
            hdr.tag.rounds = hdr.tag.rounds - 1;
            recirculate_preserving_field_list(2);
        }
        if (hdr.tag.mode[2:2] == 1) { truncate(32w20); }
        if (hdr.tag.mode[3:3] == 1 && hdr.tag.rounds == 0) { mark_to_drop(sm); }
        hdr.tag.trace = hdr.tag.trace + (bit<16>)meta.around;
    }
}

control Compute(inout headers_t hdr, inout meta_t meta) { apply { } }
control DeparserImpl(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.tag); } }

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
