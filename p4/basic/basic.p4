// A router for BMv2's simple_switch: IPv4 and IPv6 with ECMP, the counters and punts of the telemetry programs, and no telemetry.

#include <core.p4>
#include <v1model.p4>

#include "../include/protocols.p4"

struct headers_t {
    packet_in_h    packet_in;
    packet_out_h   packet_out;
    ethernet_h     ethernet;
    vlan_h         outer_vlan;
    vlan_h         vlan;
    ipv4_h         ipv4;
    ipv4_options_h ipv4_options;
    ipv6_h         ipv6;
    tcp_h          tcp;
    udp_h          udp;
}

struct metadata_t {
    // Of the flow.
    bit<6>  dscp;
    bit<8>  protocol;
    bit<8>  l4_protocol;        // 0 without a TCP or UDP header
    bit<16> l4_src_port;
    bit<16> l4_dst_port;
    bit<16> ether_type;
    bit<32> flow_hash;
    bit<16> ecmp_group;
    bit<16> ecmp_select;
    bit<32> ecmp_seed;
    bit<48> router_mac;
    bit<8>  drop_reason;
}

#include "../include/checksum.p4"
#include "../include/forwarding.p4"

parser BasicParser(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
#include "../include/flow_states.p4"

    state flow_parsed {
        transition accept;
    }
}

control BasicVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Verify() ipv4_verify;

    apply {
        ipv4_verify.apply(hdr);
    }
}

control BasicIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.port_rx")
    counter(512, CounterType.packets_and_bytes) port_rx;
    @name(".Ingress.port_enqueued")
    counter(512, CounterType.packets_and_bytes) port_enqueued;
    @name(".Ingress.drops")
    counter(DROP_REASONS, CounterType.packets_and_bytes) drops;

    Forwarding() forwarding;

    apply {
        port_rx.count((bit<32>) standard_metadata.ingress_port);
        if (hdr.packet_out.isValid()) {
            standard_metadata.egress_spec = hdr.packet_out.egress_port;
            standard_metadata.priority = 7;
            hdr.packet_out.setInvalid();
        } else {
            forwarding.apply(hdr, meta, standard_metadata);
        }
        if (standard_metadata.mcast_grp == 0) {
            if (standard_metadata.egress_spec == DROP_PORT) {
                drops.count((bit<32>) meta.drop_reason);
            } else {
                port_enqueued.count((bit<32>) standard_metadata.egress_spec);
            }
        }
    }
}

control BasicEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.port_tx")
    counter(512, CounterType.packets_and_bytes) port_tx;

    apply {
        if (standard_metadata.instance_type == INSTANCE_REPLICATION
            && standard_metadata.egress_port == standard_metadata.ingress_port) {
            mark_to_drop(standard_metadata);
        } else {
            port_tx.count((bit<32>) standard_metadata.egress_port);
        }
        if (standard_metadata.egress_port == CPU_PORT) {
            hdr.packet_in.setValid();
            hdr.packet_in.ingress_port = standard_metadata.ingress_port;
            hdr.packet_in.pad = 0;
        }
    }
}

control BasicComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Update() ipv4_update;

    apply {
        ipv4_update.apply(hdr);
    }
}

control BasicDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);
        packet.emit(hdr.ethernet);
        packet.emit(hdr.outer_vlan);
        packet.emit(hdr.vlan);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv4_options);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.tcp);
        packet.emit(hdr.udp);
    }
}

V1Switch(BasicParser(), BasicVerifyChecksum(), BasicIngress(), BasicEgress(), BasicComputeChecksum(), BasicDeparser()) main;
