/* Fields above 64 and above 128 bits: arithmetic, slices, comparison, keys, action parameters, registers, hash input. */
#include <core.p4>
#include <v1model.p4>

header wide_h {
    bit<256> a;
    bit<256> b;
    bit<3>   pre;
    bit<130> odd;
    bit<100> mid;
    bit<7>   post;
    bit<8>   op;
}
header out_h { bit<256> r; bit<100> s; bit<4> flags; bit<64> slice; bit<32> crc; }

struct headers_t { wide_h w; out_h o; }
struct meta_t { bit<200> key; }

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(hdr.w);
        transition select(hdr.w.a) {
            256w0: reject_all;
            256w0xff &&& (256w0xff << 128): accept;
            default: accept;
        }
    }
    state reject_all {
        verify(false, error.NoMatch);
        transition accept;
    }
}

control Verify(inout headers_t hdr, inout meta_t meta) { apply { } }

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    register<bit<256>>(4) cells;

    action put(bit<200> v) { hdr.o.r = hdr.o.r ^ (bit<256>)v; }
    action miss() { hdr.o.r = hdr.o.r + 1; }
    table by_wide {
        key = { meta.key: exact; }
        actions = { put; miss; }
        const default_action = miss();
        const entries = {
            200w0x0102030405060708090a0b0c0d0e0f101112131415161718: put(200w0xff00000000000000000000000000000000000000000000000f);
        }
    }
    table by_mask {
        key = { hdr.w.odd: ternary; hdr.w.b: lpm; }
        actions = { put; miss; }
        default_action = miss();
        size = 64;
    }

    apply {
        if (!hdr.w.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = sm.ingress_port;
        hdr.o.setValid();
        hdr.o.r = 0;
        hdr.o.s = hdr.w.mid;
        hdr.o.flags = 0;
        meta.key = hdr.w.a[199:0];
        if (hdr.w.op == 0) { hdr.o.r = hdr.w.a + hdr.w.b; }
        else if (hdr.w.op == 1) { hdr.o.r = hdr.w.a - hdr.w.b; }
        else if (hdr.w.op == 2) { hdr.o.r = hdr.w.a & ~hdr.w.b; }
        else if (hdr.w.op == 3) { hdr.o.r = hdr.w.a << hdr.w.b[7:0]; }
        else if (hdr.w.op == 4) { hdr.o.r = hdr.w.a >> hdr.w.b[7:0]; }
        else if (hdr.w.op == 5) { hdr.o.r = hdr.w.a | (bit<256>)hdr.w.odd; }
        else if (hdr.w.op == 6) { hdr.o.r = hdr.w.b; hdr.o.r[191:128] = hdr.w.a[63:0]; }
        else if (hdr.w.op == 7) { hdr.o.r = hdr.w.a |+| hdr.w.b; }
        else if (hdr.w.op == 8) { hdr.o.r = hdr.w.a |-| hdr.w.b; }
        else if (hdr.w.op == 9) { hdr.o.r = hdr.w.a[127:0] ++ hdr.w.b[255:128]; }
        else if (hdr.w.op == 10) { hdr.o.s = hdr.w.mid + hdr.w.odd[99:0]; }
        else if (hdr.w.op == 11) { cells.write((bit<32>)hdr.w.post[1:0], hdr.w.a); }
        else if (hdr.w.op == 12) { cells.read(hdr.o.r, (bit<32>)hdr.w.post[1:0]); }
        else if (hdr.w.op == 13) { hdr.o.s = hdr.w.mid * 3; }
        by_wide.apply();
        if (by_mask.apply().hit) { hdr.o.flags[3:3] = 1; }
        if (hdr.w.a < hdr.w.b) { hdr.o.flags[0:0] = 1; }
        if (hdr.w.a == hdr.w.b) { hdr.o.flags[1:1] = 1; }
        if ((bit<256>)hdr.w.odd >= hdr.w.b) { hdr.o.flags[2:2] = 1; }
        hdr.o.slice = hdr.w.a[167:104];
        hash(hdr.o.crc, HashAlgorithm.crc32, 32w0, { hdr.w.a, hdr.w.odd, 6w0 }, 64w0x100000000);
        if (sm.parser_error != error.NoError) { hdr.o.crc = 0; }
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t hdr, inout meta_t meta) { apply { } }
control DeparserImpl(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.w); packet.emit(hdr.o); } }

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
