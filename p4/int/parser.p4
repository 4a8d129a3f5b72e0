#ifndef TELEMETRY_INT_PARSER_P4
#define TELEMETRY_INT_PARSER_P4

// Shortest IPv4 packets that can hold INT after the L4 header.
const bit<16> MIN_TCP_INT = 20 + 20 + 16;
const bit<16> MIN_UDP_INT = 20 + 8 + 16;

parser IntParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                 inout standard_metadata_t standard_metadata) {
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
        transition select(hdr.ethernet.ether_type) {
            ETHERTYPE_IPV4: parse_ipv4;
            default: accept;
        }
    }

    state parse_ipv4 {
        packet.extract(hdr.ipv4);
        transition select(hdr.ipv4.ihl) {
            5: parse_l4;
            6 .. 15: parse_ipv4_options;
            default: accept;
        }
    }

    // The options are read for the header checksum's sake; what follows them is payload.
    state parse_ipv4_options {
        packet.extract(hdr.ipv4_options, ((bit<32>) hdr.ipv4.ihl - 5) << 5);
        transition accept;
    }

    // Of a fragmented datagram no fragment is looked into, so that all of them take the same path.
    state parse_l4 {
        transition select(hdr.ipv4.flags[0:0], hdr.ipv4.frag_offset, hdr.ipv4.protocol) {
            (0, 0, PROTOCOL_TCP): parse_tcp;
            (0, 0, PROTOCOL_UDP): parse_udp;
            default: accept;
        }
    }

    state parse_tcp {
        packet.extract(hdr.tcp);
        meta.l4_src_port = hdr.tcp.src_port;
        meta.l4_dst_port = hdr.tcp.dst_port;
        transition select(hdr.ipv4.dscp, hdr.ipv4.total_len) {
            (INT_DSCP, MIN_TCP_INT .. 65535): look_for_int;
            default: accept;
        }
    }

    state parse_udp {
        packet.extract(hdr.udp);
        meta.l4_src_port = hdr.udp.src_port;
        meta.l4_dst_port = hdr.udp.dst_port;
        transition select(hdr.ipv4.dscp, hdr.ipv4.total_len) {
            (INT_DSCP, MIN_UDP_INT .. 65535): look_for_int;
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
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv4_options);
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
