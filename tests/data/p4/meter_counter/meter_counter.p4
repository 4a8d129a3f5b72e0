/* Meters of packets and bytes, direct and by index; direct and indexed counters. */
#include <core.p4>
#include <v1model.p4>

header probe_h { bit<8> key; bit<8> index; bit<8> color_packets; bit<8> color_bytes; bit<8> color_direct; }

struct headers_t { probe_h probe; }
struct meta_t { bit<2> direct; bit<2> color; }

parser ParserImpl(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    state start { packet.extract(hdr.probe); transition accept; }
}

control Verify(inout headers_t hdr, inout meta_t meta) { apply { } }

control IngressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) {
    meter(32w8, MeterType.packets) by_packets;
    meter(32w8, MeterType.bytes) by_bytes;
    direct_meter<bit<2>>(MeterType.packets) of_entry;
    counter(32w16, CounterType.packets_and_bytes) all;
    direct_counter(CounterType.packets_and_bytes) hits;

    action metered() { of_entry.read(meta.direct); hits.count(); }
    action skipped() { of_entry.read(meta.direct); hits.count(); mark_to_drop(sm); }
    table keys {
        key = { hdr.probe.key: exact; }
        actions = { metered; skipped; NoAction; }
        default_action = NoAction();
        meters = of_entry;
        counters = hits;
        size = 64;
    }

    apply {
        if (!hdr.probe.isValid()) {
            mark_to_drop(sm);
            return;
        }
        sm.egress_spec = sm.ingress_port;
        meta.direct = 3;
        keys.apply();
        hdr.probe.color_direct = (bit<8>)meta.direct;
        meta.color = 3;
        by_packets.execute_meter((bit<32>)hdr.probe.index[2:0], meta.color);
        hdr.probe.color_packets = (bit<8>)meta.color;
        meta.color = 3;
        by_bytes.execute_meter((bit<32>)hdr.probe.index[2:0], meta.color);
        hdr.probe.color_bytes = (bit<8>)meta.color;
        all.count((bit<32>)hdr.probe.index[2:0]);
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t hdr, inout meta_t meta) { apply { } }
control DeparserImpl(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.probe); } }

V1Switch(ParserImpl(), Verify(), IngressImpl(), EgressImpl(), Compute(), DeparserImpl()) main;
