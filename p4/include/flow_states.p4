// Parser states that find a packet's flow: Ethernet with up to two VLAN tags, IPv4 or IPv6, TCP or UDP. To be included in the body
// of a parser, which continues with its state flow_parsed behind a TCP or UDP header. Needs in headers_t: packet_out, ethernet,
// outer_vlan, vlan, ipv4, ipv4_options, ipv6, tcp, udp; in metadata_t: dscp, protocol, l4_protocol, l4_src_port, l4_dst_port.

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
            ETHERTYPE_IPV6: parse_ipv6;
            ETHERTYPE_VLAN: parse_vlan;
            ETHERTYPE_QINQ: parse_outer_vlan;
            default: accept;
        }
    }

    state parse_outer_vlan {
        packet.extract(hdr.outer_vlan);
        transition select(hdr.outer_vlan.ether_type) {
            ETHERTYPE_IPV4: parse_ipv4;
            ETHERTYPE_IPV6: parse_ipv6;
            ETHERTYPE_VLAN: parse_vlan;
            default: accept;
        }
    }

    state parse_vlan {
        packet.extract(hdr.vlan);
        transition select(hdr.vlan.ether_type) {
            ETHERTYPE_IPV4: parse_ipv4;
            ETHERTYPE_IPV6: parse_ipv6;
            default: accept;
        }
    }

    state parse_ipv4 {
        packet.extract(hdr.ipv4);
        meta.dscp = hdr.ipv4.dscp;
        meta.protocol = hdr.ipv4.protocol;
        transition select(hdr.ipv4.ihl, hdr.ipv4.flags[0:0], hdr.ipv4.frag_offset, hdr.ipv4.protocol) {
            (5, 0, 0, PROTOCOL_TCP): parse_tcp;
            (5, 0, 0, PROTOCOL_UDP): parse_udp;
            // Of a fragmented datagram no fragment is looked into, so that all of them take the same path.
            (5, _, _, _): accept;
            (6 .. 15, _, _, _): parse_ipv4_options;
            default: accept;
        }
    }

    // The options are read for the header checksum's sake; what follows them is payload.
    state parse_ipv4_options {
        packet.extract(hdr.ipv4_options, ((bit<32>) hdr.ipv4.ihl - 5) << 5);
        transition accept;
    }

    // What follows extension headers is payload.
    state parse_ipv6 {
        packet.extract(hdr.ipv6);
        meta.dscp = hdr.ipv6.dscp;
        meta.protocol = hdr.ipv6.next_header;
        transition select(hdr.ipv6.next_header) {
            PROTOCOL_TCP: parse_tcp;
            PROTOCOL_UDP: parse_udp;
            default: accept;
        }
    }

    state parse_tcp {
        packet.extract(hdr.tcp);
        meta.l4_protocol = PROTOCOL_TCP;
        meta.l4_src_port = hdr.tcp.src_port;
        meta.l4_dst_port = hdr.tcp.dst_port;
        transition flow_parsed;
    }

    state parse_udp {
        packet.extract(hdr.udp);
        meta.l4_protocol = PROTOCOL_UDP;
        meta.l4_src_port = hdr.udp.src_port;
        meta.l4_dst_port = hdr.udp.dst_port;
        transition flow_parsed;
    }
