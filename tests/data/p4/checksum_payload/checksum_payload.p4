/* Checksums over headers, odd lengths and the payload, verified and updated under conditions; every hash of v1model. */
#include <core.p4>
#include <v1model.p4>

header first_h { bit<4> a; bit<12> b; bit<16> sum; bit<16> whole; bit<8> mode; }
header second_h { bit<8> size; varbit<120> body; }
header hash_h { bit<32> c32; bit<16> c16; bit<16> x16; bit<16> s16; bit<64> id; bit<16> part; bit<8> bad; }

struct headers_t { hash_h h; first_h first; second_h second; }
struct meta_t { bit<64> id; }

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(hdr.first);
        transition select(hdr.first.mode[0:0]) {
            1: second;
            default: accept;
        }
    }
    state second {
        packet.extract(hdr.second, (bit<32>)(packet.lookahead<bit<8>>()) * 8);
        transition accept;
    }
}

control Verify(inout headers_t hdr, inout meta_t meta) {
    apply {
        verify_checksum(hdr.first.mode[1:1] == 1, { hdr.first.a, hdr.first.b, hdr.first.mode, hdr.second.size }, hdr.first.sum, HashAlgorithm.csum16);
        verify_checksum_with_payload(hdr.first.mode[2:2] == 1, { hdr.first.a, hdr.first.b }, hdr.first.whole, HashAlgorithm.csum16);
    }
}

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (!hdr.first.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = sm.ingress_port;
        hdr.h.setValid();
        // BMv2 fails on copies of an empty varbit, which p4c makes of a hash's inputs.
        if (hdr.second.isValid() && hdr.second.size > 0) {
            hash(hdr.h.c32, HashAlgorithm.crc32, 32w0, { hdr.first.a, hdr.first.b, hdr.second.size, hdr.second.body }, 64w0x100000000);
            hash(hdr.h.x16, HashAlgorithm.xor16, 16w0, { hdr.first.mode, hdr.first.b, hdr.first.a, hdr.second.size }, 32w65536);
            hash(hdr.h.s16, HashAlgorithm.csum16, 16w0, { hdr.first.mode, hdr.first.a, hdr.first.b, hdr.second.body }, 32w65536);
        } else {
            hash(hdr.h.c32, HashAlgorithm.crc32, 32w7, { hdr.first.a, hdr.first.b }, 64w0x100000000);
        }
        hash(hdr.h.c16, HashAlgorithm.crc16, 16w3, { hdr.first.b, hdr.first.a, hdr.first.mode }, 32w1000);
        hash(hdr.h.id, HashAlgorithm.identity, 64w0, { hdr.first.a, hdr.first.b, hdr.first.sum, hdr.first.mode }, 64w0xffffffffffffffff);
        hash(hdr.h.part, HashAlgorithm.crc32_custom, 16w0, { hdr.first.sum }, 32w0);
        hdr.h.bad = (bit<8>)sm.checksum_error;
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) { apply { } }

control Compute(inout headers_t hdr, inout meta_t meta) {
    apply {
        update_checksum(hdr.first.mode[3:3] == 1, { hdr.first.a, hdr.first.b, hdr.first.mode, hdr.second.body }, hdr.first.sum, HashAlgorithm.csum16);
        update_checksum_with_payload(hdr.first.mode[4:4] == 1, { hdr.first.a, hdr.first.b, hdr.first.sum }, hdr.first.whole, HashAlgorithm.csum16);
    }
}

control DeparserImpl(packet_out packet, in headers_t hdr) {
    apply { packet.emit(hdr.h); packet.emit(hdr.first); packet.emit(hdr.second); }
}

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
