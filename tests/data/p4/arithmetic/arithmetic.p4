/* Signed and saturating arithmetic, shifts by fields, casts, division and modulo by powers, loops, exit, return, switch. */
#include <core.p4>
#include <v1model.p4>

header in_h {
    int<8>   sa;
    int<8>   sb;
    bit<8>   ua;
    bit<8>   ub;
    int<33>  la;
    bit<63>  lb;
    int<40>  lc;
    bit<64>  big;
    bit<8>   op;
}
header out_h { int<8> s; bit<8> u; int<33> l; bit<63> m; bit<64> q; bit<16> flags; bit<16> loops; }

struct headers_t { in_h i; out_h o; }
struct meta_t { }

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    state start { packet.extract(hdr.i); transition accept; }
}

control Verify(inout headers_t hdr, inout meta_t meta) { apply { } }

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    action add() { hdr.o.s = hdr.i.sa + hdr.i.sb; hdr.o.u = hdr.i.ua + hdr.i.ub; hdr.o.q = hdr.i.big + (bit<64>)hdr.i.lb; }
    action sub() { hdr.o.s = hdr.i.sa - hdr.i.sb; hdr.o.u = hdr.i.ua - hdr.i.ub; hdr.o.q = hdr.i.big - (bit<64>)hdr.i.lb; }
    action mul() { hdr.o.s = hdr.i.sa * hdr.i.sb; hdr.o.u = hdr.i.ua * hdr.i.ub; hdr.o.l = hdr.i.la * 3; }
    action sat_add() { hdr.o.s = hdr.i.sa |+| hdr.i.sb; hdr.o.u = hdr.i.ua |+| hdr.i.ub; hdr.o.l = hdr.i.la |+| (int<33>)hdr.i.lc; hdr.o.q = hdr.i.big |+| (bit<64>)hdr.i.lb; }
    action sat_sub() { hdr.o.s = hdr.i.sa |-| hdr.i.sb; hdr.o.u = hdr.i.ua |-| hdr.i.ub; hdr.o.l = hdr.i.la |-| (int<33>)hdr.i.lc; hdr.o.q = hdr.i.big |-| (bit<64>)hdr.i.lb; }
    action shifts() {
        hdr.o.s = hdr.i.sa >> hdr.i.ub[2:0];
        hdr.o.u = hdr.i.ua << hdr.i.ub[3:0];
        hdr.o.l = hdr.i.la >> hdr.i.ub[5:0];
        hdr.o.m = hdr.i.lb >> hdr.i.ub[6:0];
        hdr.o.q = hdr.i.big << hdr.i.ub[6:0];
    }
    action logic() {
        hdr.o.s = -hdr.i.sa;
        hdr.o.u = ~hdr.i.ua ^ hdr.i.ub;
        hdr.o.l = (int<33>)hdr.i.sa;
        hdr.o.m = (bit<63>)(bit<40>)hdr.i.lc;
        hdr.o.q = hdr.i.big & ((bit<64>)hdr.i.lb | 64w0xff00);
    }
    action mux() {
        hdr.o.u = hdr.i.ua > hdr.i.ub ? hdr.i.ua : hdr.i.ub;
        hdr.o.s = hdr.i.sa < hdr.i.sb ? hdr.i.sa : hdr.i.sb;
        hdr.o.q = hdr.i.ua == 0 ? 64w1 : (hdr.i.big >> 3) + 5;
    }
    action loop() {
        for (bit<16> n = 0; n < 10; n = n + 1) {
            if (n == (bit<16>)hdr.i.ub) { break; }
            if (n[0:0] == 1) { continue; }
            hdr.o.loops = hdr.o.loops + (bit<16>)hdr.i.ua + n;
        }
    }
    action stop() { hdr.o.u = 0xee; exit; }
    table choose {
        key = { hdr.i.op: exact; }
        actions = { add; sub; mul; sat_add; sat_sub; shifts; logic; mux; stop; NoAction; }
        const default_action = NoAction();
        const entries = {
            0: add(); 1: sub(); 2: mul(); 3: sat_add(); 4: sat_sub(); 5: shifts(); 6: logic(); 7: mux(); 8: stop();
        }
    }

    apply {
        if (!hdr.i.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = sm.ingress_port;
        hdr.o.setValid();
        hdr.o = { 0, 0, 0, 0, 0, 0, 0 };
        switch (choose.apply().action_run) {
            add: { hdr.o.flags = hdr.o.flags | 0x8000; }
            mux: { hdr.o.flags = hdr.o.flags | 0x4000; }
            default: { hdr.o.flags = hdr.o.flags | 0x2000; }
        }
        if (hdr.i.sa < 0) { hdr.o.flags = hdr.o.flags | 1; }
        if (hdr.i.sa < hdr.i.sb) { hdr.o.flags = hdr.o.flags | 2; }
        if (hdr.i.la > (int<33>)hdr.i.lc) { hdr.o.flags = hdr.o.flags | 4; }
        if ((bit<64>)hdr.i.lb >= hdr.i.big || hdr.i.ua != hdr.i.ub && hdr.i.op > 3) { hdr.o.flags = hdr.o.flags | 8; }
        loop();
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    apply { hdr.o.flags = hdr.o.flags | 0x100; }
}
control Compute(inout headers_t hdr, inout meta_t meta) { apply { } }
control DeparserImpl(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.i); packet.emit(hdr.o); } }

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
