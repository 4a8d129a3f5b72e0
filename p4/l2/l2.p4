// A learning Ethernet switch for BMv2's simple_switch: unknown senders go to the controller as digests, unknown receivers are flooded.

#include <core.p4>
#include <v1model.p4>

#include "../include/ethernet.p4"

const bit<8>  DROP_SAME_PORT = 43;      // the receiver is where the frame came from
const bit<8>  DROP_DENIED = 60;         // an entry with the action drop
const bit<8>  DROP_TRUNCATED = 70;      // no whole Ethernet header
const bit<32> DROP_REASONS = 256;

const bit<32> LEARN_RECEIVER = 1;

struct headers_t {
    packet_in_h  packet_in;
    packet_out_h packet_out;
    ethernet_h   ethernet;
}

struct mac_learn_t {
    bit<48> src_addr;
    bit<9>  ingress_port;
}

struct metadata_t {
    bit<8> drop_reason;
}

parser L2Parser(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        transition select(standard_metadata.ingress_port) {
            CPU_PORT: parse_packet_out;
            default: parse_ethernet;
        }
    }

    state parse_packet_out {
        packet.extract(hdr.packet_out);
        transition parse_ethernet;
    }

    state parse_ethernet {
        packet.extract(hdr.ethernet);
        transition accept;
    }
}

control L2VerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control L2Ingress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.port_rx")
    counter(512, CounterType.packets_and_bytes) port_rx;
    @name(".Ingress.port_enqueued")
    counter(512, CounterType.packets_and_bytes) port_enqueued;
    @name(".Ingress.drops")
    counter(DROP_REASONS, CounterType.packets_and_bytes) drops;

    @name(".Ingress.drop")
    action drop() {
        meta.drop_reason = DROP_DENIED;
        mark_to_drop(standard_metadata);
    }

    @name(".Ingress.drop_as")
    action drop_as(bit<8> reason) {
        meta.drop_reason = reason;
        mark_to_drop(standard_metadata);
    }

    @name(".Ingress.learn")
    action learn() {
        digest<mac_learn_t>(LEARN_RECEIVER, { hdr.ethernet.src_addr, standard_metadata.ingress_port });
    }

    @name(".Ingress.forward")
    action forward(bit<9> port) {
        standard_metadata.egress_spec = port;
    }

    // Egress drops the copy that would go back where the frame came from.
    @name(".Ingress.flood")
    action flood(bit<16> mcast_group) {
        standard_metadata.mcast_grp = mcast_group;
    }

    // Who is where: an entry for each sender, at its port. A sender that moved is unknown at its new port, and so learned again.
    @name(".Ingress.smac")
    table smac {
        key = {
            hdr.ethernet.src_addr: exact;
            standard_metadata.ingress_port: exact;
        }
        actions = {
            NoAction;
            learn;
        }
        default_action = learn();
        size = 4096;
        support_timeout = true;
    }

    @name(".Ingress.dmac")
    table dmac {
        key = {
            hdr.ethernet.dst_addr: exact;
        }
        actions = {
            forward;
            flood;
            drop;
        }
        default_action = flood(1);
        size = 4096;
    }

    apply {
        port_rx.count((bit<32>) standard_metadata.ingress_port);
        if (hdr.packet_out.isValid()) {
            standard_metadata.egress_spec = hdr.packet_out.egress_port;
            standard_metadata.priority = 7;
            hdr.packet_out.setInvalid();
        } else if (!hdr.ethernet.isValid()) {
            drop_as(DROP_TRUNCATED);
        } else if (hdr.ethernet.ether_type == ETHERTYPE_LLDP) {
            standard_metadata.egress_spec = CPU_PORT;
        } else {
            // A group address is nobody's.
            if (hdr.ethernet.src_addr[40:40] == 0) {
                smac.apply();
            }
            dmac.apply();
            if (standard_metadata.mcast_grp == 0 && standard_metadata.egress_spec == standard_metadata.ingress_port) {
                drop_as(DROP_SAME_PORT);
            }
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

control L2Egress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
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

control L2ComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control L2Deparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);
        packet.emit(hdr.ethernet);
    }
}

V1Switch(L2Parser(), L2VerifyChecksum(), L2Ingress(), L2Egress(), L2ComputeChecksum(), L2Deparser()) main;
