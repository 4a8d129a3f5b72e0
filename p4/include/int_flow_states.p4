// Parser states behind INT: whose flow is it? To be included in the body of a parser, which comes here with its state int_parsed once
// shim and INT header are extracted. Needs in headers_t: int_shim; in metadata_t: protocol, l4_src_port,
// l4_dst_port, l4_ports (of an original header behind INT).

    state int_parsed {
        transition select(hdr.int_shim.npt) {
            NPT_PROTOCOL: restore_flow;
            default: accept;
        }
    }

    state restore_flow {
        meta.protocol = hdr.int_shim.original;
        meta.l4_src_port = 0;
        meta.l4_dst_port = 0;
        transition select(hdr.int_shim.original) {
            PROTOCOL_TCP: restore_ports;
            PROTOCOL_UDP: restore_ports;
            default: accept;
        }
    }

    state restore_ports {
        bit<32> ports = packet.lookahead<bit<32>>();
        meta.l4_src_port = ports[31:16];
        meta.l4_dst_port = ports[15:0];
        meta.l4_ports = 1;
        transition accept;
    }
