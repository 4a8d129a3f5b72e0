#ifndef TELEMETRY_REPORT_P4
#define TELEMETRY_REPORT_P4

#include "flow_hash.p4"
#include "report_headers.p4"

// Telemetry Report Format v2.0: one individual report for each datagram.

const bit<4> REPORT_VERSION = 2;
const bit<4> REPORT_INNER_ONLY = 0;
const bit<4> REPORT_INT = 1;
const bit<4> REPORT_INNER_NONE = 0;
const bit<4> REPORT_INNER_ETHERNET = 3;
const bit<4> REPORT_INNER_IPV4 = 4;
const bit<4> REPORT_INNER_IPV6 = 5;

const bit<32> PACKET_IN_BYTES = 2;
const bit<32> REPORT_ETHERNET_BYTES = 14;
const bit<32> REPORT_OUTER_BYTES = 20 + 8;                      // IPv4 and UDP
const bit<32> REPORT_HEADER_BYTES = 8 + 4;                      // group and individual header
const bit<32> REPORT_FRAME_BYTES = 64;                          // of a frame that is reported as it was received

// Main contents, as bitmaps of what they hold.
const bit<16> REPORT_BITS_QUEUE = 0x7c00;                       // ports, hop latency, queue, both times
const bit<8>  REPORT_WORDS_QUEUE = 7;
const bit<16> REPORT_BITS_DROP = 0x4801;                        // ports, ingress time, queue and drop reason
const bit<8>  REPORT_WORDS_DROP = 4;
const bit<16> REPORT_FIXED_WORDS = 2;

// Where reports go: the default action of int_report, or one of several entries, chosen by the flow.
control ReportConfig(inout headers_t hdr, inout metadata_t meta) {
    @name(".Egress.set_report")
    action set_report(bit<48> src_mac, bit<48> dst_mac, bit<32> src_addr, bit<32> dst_addr, bit<16> udp_port, bit<6> hw_id) {
        meta.report_configured = 1;
        meta.report_src_mac = src_mac;
        meta.report_dst_mac = dst_mac;
        meta.report_src_addr = src_addr;
        meta.report_dst_addr = dst_addr;
        meta.report_udp_port = udp_port;
        meta.report_hw_id = hw_id;
    }

    @name(".Egress.set_destinations")
    action set_destinations(bit<16> count) {
        meta.report_destinations = count;
    }

    @name(".Egress.int_destinations")
    table int_destinations {
        actions = {
            set_destinations;
            NoAction;
        }
        default_action = NoAction();
    }

    @name(".Egress.int_report")
    table int_report {
        key = {
            meta.report_destination: exact;
        }
        actions = {
            set_report;
            NoAction;
        }
        default_action = NoAction();
        size = 64;
    }

    // From 1, so that 0 stays the default destination's place in report_sequence. The multiplication carries every bit of the
    // CRC into the upper half, which chooses.
    @hidden
    action choose() {
        bit<32> mixed = (meta.flow_hash ^ (meta.flow_hash >> 15)) * 0x85ebca77;
        meta.report_destination = 1 + (bit<16>) (((mixed >> 16) * (bit<32>) meta.report_destinations) >> 16);
    }

    @hidden
    action fall_back() {
        meta.report_destination = 0;
    }

    FlowHash() flow_hash;

    apply {
        int_destinations.apply();
        if (meta.report_destinations > 1) {
            flow_hash.apply(hdr, meta);
            choose();
        }
        if (!int_report.apply().hit) {
            fall_back();
        }
    }
}

// Wraps the clone into a telemetry report. Behind the main contents comes the packet, without Ethernet and without payload;
// of a packet that isn't IP the start of the frame. ReportConfig comes first; meta.report_inner_words is what INT adds to the
// headers.
control Report(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.report_sequence")
    register<bit<32>>(65) report_sequence;

    // One action, so that egress threads can't take the same number.
    @hidden
    action next_sequence() {
        bit<32> sequence;
        report_sequence.read(sequence, (bit<32>) meta.report_destination);
        report_sequence.write((bit<32>) meta.report_destination, sequence + 1);
        meta.report_sequence = (bit<22>) sequence;
    }

    @hidden
    action write_ports() {
        hdr.report_ports.setValid();
        hdr.report_ports.ingress = (bit<16>) meta.hop_ingress_port;
        hdr.report_ports.egress = (bit<16>) meta.hop_egress_port;
    }

    @hidden
    action write_latency() {
        hdr.report_latency.setValid();
        hdr.report_latency.microseconds = (bit<32>) (meta.hop_egress_time - meta.hop_ingress_time);
    }

    @hidden
    action write_queue() {
        hdr.report_queue.setValid();
        hdr.report_queue.id = (bit<8>) meta.hop_queue_id;
        hdr.report_queue.occupancy = (bit<24>) meta.hop_occupancy;
    }

    @hidden
    action write_ingress_time() {
        hdr.report_ingress_time.setValid();
        hdr.report_ingress_time.microseconds = (bit<64>) meta.hop_ingress_time;
    }

    @hidden
    action write_egress_time() {
        hdr.report_egress_time.setValid();
        hdr.report_egress_time.microseconds = (bit<64>) meta.hop_egress_time;
    }

    @hidden
    action write_l2_ports() {
        hdr.report_l2_ports.setValid();
        hdr.report_l2_ports.ingress = (bit<32>) meta.hop_ingress_port;
        hdr.report_l2_ports.egress = (bit<32>) meta.hop_egress_port;
    }

    // All ones: the packet never had a port to leave by.
    @hidden
    action write_drop() {
        hdr.report_ports.egress = 0xffff;
        hdr.report_drop.setValid();
        hdr.report_drop.queue_id = 0;
        hdr.report_drop.reason = meta.drop_reason;
        hdr.report_drop.pad = 0;
    }

    @hidden
    action write_main_contents() {
        hdr.report_int.setValid();
        hdr.report_int.bits = meta.report_bits;
        hdr.report_int.domain_id = 0;
        hdr.report_int.ds_bits = 0;
        hdr.report_int.ds_status = 0;
        meta.report_words = REPORT_FIXED_WORDS + (bit<16>) meta.report_metadata_words;
    }

    @hidden
    action take_ip(bit<4> inner_type, bit<16> words) {
        meta.report_inner_type = inner_type;
        meta.report_inner_words = meta.report_inner_words + words;
        hdr.ethernet.setInvalid();
        hdr.outer_vlan.setInvalid();
        hdr.vlan.setInvalid();
    }

    @hidden
    action take_l4(bit<16> words) {
        meta.report_inner_words = meta.report_inner_words + words;
    }

    @hidden
    action take_frame() {
        bit<32> bytes = standard_metadata.packet_length > REPORT_FRAME_BYTES ? REPORT_FRAME_BYTES : standard_metadata.packet_length;
        meta.report_inner_words = bytes[17:2];
        meta.report_inner_type = hdr.ethernet.isValid() ? REPORT_INNER_ETHERNET : REPORT_INNER_NONE;
    }

    @hidden
    action take_nothing() {
        meta.report_inner_words = 0;
    }

    @hidden
    action write_headers() {
        meta.report_words = meta.report_words + meta.report_inner_words;
        bit<32> report_bytes = REPORT_HEADER_BYTES + ((bit<32>) meta.report_words << 2);

        hdr.report_ethernet.setValid();
        hdr.report_ethernet.dst_addr = meta.report_dst_mac;
        hdr.report_ethernet.src_addr = meta.report_src_mac;
        hdr.report_ethernet.ether_type = ETHERTYPE_IPV4;

        hdr.report_ipv4.setValid();
        hdr.report_ipv4.version = 4;
        hdr.report_ipv4.ihl = 5;
        hdr.report_ipv4.dscp = 0;
        hdr.report_ipv4.ecn = 0;
        hdr.report_ipv4.total_len = (bit<16>) (REPORT_OUTER_BYTES + report_bytes);
        hdr.report_ipv4.identification = meta.report_sequence[15:0];
        hdr.report_ipv4.flags = 2;
        hdr.report_ipv4.frag_offset = 0;
        hdr.report_ipv4.ttl = 64;
        hdr.report_ipv4.protocol = PROTOCOL_UDP;
        hdr.report_ipv4.hdr_checksum = 0;
        hdr.report_ipv4.src_addr = meta.report_src_addr;
        hdr.report_ipv4.dst_addr = meta.report_dst_addr;

        hdr.report_udp.setValid();
        hdr.report_udp.src_port = meta.report_udp_port;
        hdr.report_udp.dst_port = meta.report_udp_port;
        hdr.report_udp.length = (bit<16>) (8 + report_bytes);
        hdr.report_udp.checksum = 0;

        hdr.report_group.setValid();
        hdr.report_group.version = REPORT_VERSION;
        hdr.report_group.hw_id = meta.report_hw_id;
        hdr.report_group.sequence = meta.report_sequence;
        hdr.report_group.node_id = meta.node_id;

        hdr.report_individual.setValid();
        hdr.report_individual.report_type = meta.report_bits == 0 ? REPORT_INNER_ONLY : REPORT_INT;
        hdr.report_individual.inner_type = meta.report_inner_type;
        hdr.report_individual.report_length = meta.report_words > 255 ? 8w255 : (bit<8>) meta.report_words;
        hdr.report_individual.metadata_length = meta.report_metadata_words;
        hdr.report_individual.dropped = meta.mirror == Mirror.DROP ? 1w1 : 1w0;
        hdr.report_individual.congested_queue = meta.queue_congested;
        hdr.report_individual.tracked_flow = meta.report_tracked;
        hdr.report_individual.intermediate = meta.mirror == Mirror.INTERMEDIATE ? 1w1 : 1w0;
        hdr.report_individual.reserved = 0;

        meta.report_bytes = REPORT_ETHERNET_BYTES + REPORT_OUTER_BYTES + report_bytes;
    }

    @hidden
    action set_queue_bits() {
        meta.report_bits = REPORT_BITS_QUEUE;
        meta.report_metadata_words = REPORT_WORDS_QUEUE;
    }

    @hidden
    action set_drop_bits() {
        meta.report_bits = REPORT_BITS_DROP;
        meta.report_metadata_words = REPORT_WORDS_DROP;
    }

    apply {
        if (meta.report_configured == 0) {
            mark_to_drop(standard_metadata);
        } else if (hdr.udp.isValid() && hdr.udp.dst_port == meta.report_udp_port) {
            // A report must not make reports.
            mark_to_drop(standard_metadata);
        } else {
            next_sequence();
            if (meta.mirror == Mirror.QUEUE) {
                set_queue_bits();
            } else if (meta.mirror == Mirror.DROP) {
                set_drop_bits();
            }
            if (meta.report_bits != 0) {
                write_main_contents();
                if (meta.report_bits[14:14] == 1) {
                    write_ports();
                }
                if (meta.report_bits[13:13] == 1) {
                    write_latency();
                }
                if (meta.report_bits[12:12] == 1) {
                    write_queue();
                }
                if (meta.report_bits[11:11] == 1) {
                    write_ingress_time();
                }
                if (meta.report_bits[10:10] == 1) {
                    write_egress_time();
                }
                if (meta.report_bits[9:9] == 1) {
                    write_l2_ports();
                }
                if (meta.report_bits[0:0] == 1) {
                    write_drop();
                }
            }
            if (meta.drop_reason == DROP_IP_VERSION || (!hdr.ipv4.isValid() && !hdr.ipv6.isValid())) {
                take_frame();
                if (!hdr.ethernet.isValid()) {
                    take_nothing();
                }
            } else {
                if (hdr.ipv4.isValid()) {
                    take_ip(REPORT_INNER_IPV4, (bit<16>) hdr.ipv4.ihl);
                } else {
                    take_ip(REPORT_INNER_IPV6, 10);
                }
                if (hdr.tcp.isValid()) {
                    take_l4(5);
                } else if (hdr.udp.isValid()) {
                    take_l4(2);
                }
            }
            write_headers();
            if (standard_metadata.egress_port == CPU_PORT) {
                truncate(PACKET_IN_BYTES + meta.report_bytes);
            } else {
                truncate(meta.report_bytes);
            }
        }
    }
}

#endif
