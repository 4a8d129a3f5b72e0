#ifndef TELEMETRY_INT_PARSER_P4
#define TELEMETRY_INT_PARSER_P4

parser IntParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                 inout standard_metadata_t standard_metadata) {
#include "../include/flow_states.p4"

    state flow_parsed {
        transition select(meta.dscp, meta.l4_protocol, meta.l4_dst_port) {
            (INT_DSCP, _, _): look_for_int;
            (_, PROTOCOL_UDP, INT_UDP_PORT): look_for_int_udp;
            default: accept;
        }
    }

    // A host may use the DSCP value itself: type, next-protocol type, length and version must fit as well. The lookahead
    // covers shim and MD header, so that a packet that ends early is left alone rather than half parsed.
    state look_for_int {
        bit<128> start_of_int = packet.lookahead<bit<128>>();
        transition select(start_of_int[127:122], start_of_int[119:112], start_of_int[95:92]) {
            (INT_TYPE_MD ++ NPT_DSCP, INT_MD_WORDS, INT_VERSION): parse_int;
            (INT_TYPE_MD ++ NPT_DSCP, INT_MD_WORDS + 1 .. INT_MAX_LENGTH, INT_VERSION): parse_int_and_stack;
            default: accept;
        }
    }

    // The same for the port.
    state look_for_int_udp {
        bit<128> start_of_int = packet.lookahead<bit<128>>();
        transition select(start_of_int[127:122], start_of_int[119:112], start_of_int[95:92]) {
            (INT_TYPE_MD ++ NPT_PROTOCOL, INT_MD_WORDS, INT_VERSION): parse_int;
            (INT_TYPE_MD ++ NPT_PROTOCOL, INT_MD_WORDS + 1 .. INT_MAX_LENGTH, INT_VERSION): parse_int_and_stack;
            default: accept;
        }
    }

    state parse_int {
        packet.extract(hdr.int_shim);
        packet.extract(hdr.int_md);
        transition int_parsed;
    }

    state parse_int_and_stack {
        packet.extract(hdr.int_shim);
        packet.extract(hdr.int_md);
        meta.stack_words = hdr.int_shim.length - INT_MD_WORDS;
        transition select(meta.mirror) {
            Mirror.FILTER: look_into_stack;
            default: parse_stack;
        }
    }

    state parse_stack {
        packet.extract(hdr.int_stack, (bit<32>) meta.stack_words << 5);
        transition int_parsed;
    }

    // Each hop begins with its node id, ports and latency: IntSink sends nothing else on this way.
    state look_into_stack {
        transition select(meta.stack_words >= (bit<8>) hdr.int_md.hop_words) {
            true: parse_hop;
            default: parse_rest;
        }
    }

    state parse_hop {
        bit<96> start_of_hop = packet.lookahead<bit<96>>();
        meta.path_hash = (meta.path_hash ^ start_of_hop[95:64]) * 0x01000193;
        meta.path_hash = ((meta.path_hash ^ start_of_hop[63:32]) * 0x01000193) ^ (meta.path_hash >> 15);
        meta.path_latency = meta.path_latency + start_of_hop[31:0];
        meta.stack_words = meta.stack_words - (bit<8>) hdr.int_md.hop_words;
        packet.extract(hdr.hops.next, (bit<32>) hdr.int_md.hop_words << 5);
        transition look_into_stack;
    }

    state parse_rest {
        transition select(meta.stack_words) {
            0: int_parsed;
            default: parse_stack;
        }
    }

#include "../include/int_flow_states.p4"
}

control IntDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);

        packet.emit(hdr.report_ethernet);
        packet.emit(hdr.report_ipv4);
        packet.emit(hdr.report_udp);
        packet.emit(hdr.report_group);
        packet.emit(hdr.report_individual);
        packet.emit(hdr.report_int);
        packet.emit(hdr.report_ports);
        packet.emit(hdr.report_latency);
        packet.emit(hdr.report_queue);
        packet.emit(hdr.report_ingress_time);
        packet.emit(hdr.report_egress_time);
        packet.emit(hdr.report_l2_ports);
        packet.emit(hdr.report_drop);

        packet.emit(hdr.ethernet);
        packet.emit(hdr.outer_vlan);
        packet.emit(hdr.vlan);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv4_options);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.tcp);
        packet.emit(hdr.udp);
        packet.emit(hdr.int_shim);
        packet.emit(hdr.int_md);
        packet.emit(hdr.hop_node);
        packet.emit(hdr.hop_ports);
        packet.emit(hdr.hop_latency);
        packet.emit(hdr.hop_queue);
        packet.emit(hdr.hop_ingress_time);
        packet.emit(hdr.hop_egress_time);
        packet.emit(hdr.hop_l2_ports);
        packet.emit(hdr.hop_fill8);
        packet.emit(hdr.hop_fill4);
        packet.emit(hdr.hop_fill2);
        packet.emit(hdr.hop_fill1);
        packet.emit(hdr.hops);
        packet.emit(hdr.int_stack);
        packet.emit(hdr.inner_tcp);
        packet.emit(hdr.inner_udp);
    }
}

#endif
