#ifndef TELEMETRY_INT_PARSER_P4
#define TELEMETRY_INT_PARSER_P4

parser IntParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                 inout standard_metadata_t standard_metadata) {
#include "../include/flow_states.p4"

    state flow_parsed {
        transition select(meta.dscp) {
            INT_DSCP: look_for_int;
            default: accept;
        }
    }

    // A host may use the DSCP value itself: type, next-protocol type, length and version must fit as well. The lookahead
    // covers shim and MD header, so that a packet that ends early is left alone rather than half parsed.
    state look_for_int {
        bit<128> start_of_int = packet.lookahead<bit<128>>();
        transition select(start_of_int[127:122], start_of_int[119:112], start_of_int[95:92]) {
            (INT_TYPE_MD ++ 2w0, INT_MD_WORDS, INT_VERSION): parse_int;
            (INT_TYPE_MD ++ 2w0, INT_MD_WORDS + 1 .. INT_MAX_LENGTH, INT_VERSION): parse_int_and_stack;
            default: accept;
        }
    }

    state parse_int {
        packet.extract(hdr.int_shim);
        packet.extract(hdr.int_md);
        transition accept;
    }

    state parse_int_and_stack {
        packet.extract(hdr.int_shim);
        packet.extract(hdr.int_md);
        packet.extract(hdr.int_stack, ((bit<32>) (hdr.int_shim.length - INT_MD_WORDS)) << 5);
        transition accept;
    }
}

control IntDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);

        packet.emit(hdr.report_ethernet);
        packet.emit(hdr.report_ipv4);
        packet.emit(hdr.report_udp);
        packet.emit(hdr.report_group);
        packet.emit(hdr.report_individual);

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
        packet.emit(hdr.int_stack);
    }
}

#endif
