#ifndef TELEMETRY_INT_SOURCE_P4
#define TELEMETRY_INT_SOURCE_P4

// Which packets get INT here, and which leave the INT domain here.
control IntRoles(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.int_watchlist_counter")
    direct_counter(CounterType.packets_and_bytes) int_watchlist_counter;

    @name(".Ingress.mark_source")
    action mark_source() {
        meta.source_port = 1;
    }

    @name(".Ingress.int_source")
    action int_source(bit<8> max_hops, bit<5> hop_words, bit<16> instructions) {
        meta.source = 1;
        meta.source_max_hops = max_hops;
        meta.source_hop_words = hop_words;
        meta.source_instructions = instructions;
    }

    @name(".Ingress.mark_sink")
    action mark_sink(bit<32> session) {
        meta.sink = 1;
        meta.sink_session = session;
    }

    @name(".Ingress.int_source_port")
    table int_source_port {
        key = {
            standard_metadata.ingress_port: exact;
        }
        actions = {
            mark_source;
            NoAction;
        }
        default_action = NoAction();
        size = 512;
    }

    @name(".Ingress.int_watchlist")
    table int_watchlist {
        key = {
            hdr.ipv4.src_addr: ternary;
            hdr.ipv4.dst_addr: ternary;
            hdr.ipv4.protocol: ternary;
            meta.l4_src_port: ternary;
            meta.l4_dst_port: ternary;
        }
        actions = {
            int_source;
            NoAction;
        }
        default_action = NoAction();
        size = 1024;
        counters = int_watchlist_counter;
    }

    @name(".Ingress.int_sink_port")
    table int_sink_port {
        key = {
            standard_metadata.egress_spec: exact;
        }
        actions = {
            mark_sink;
            NoAction;
        }
        default_action = NoAction();
        size = 512;
    }

    // The parser looks at the shim alone; here its length is held against the datagram's. Only then is INT touched.
    @hidden
    action check_arrived_int(bit<16> l4_bytes) {
        bit<16> needed = 20 + l4_bytes + (((bit<16>) hdr.int_shim.length + 1) << 2);
        meta.int_arrived = needed <= hdr.ipv4.total_len ? 1w1 : 1w0;
    }

    apply {
        if (hdr.int_shim.isValid() && standard_metadata.parser_error == error.NoError) {
            if (hdr.tcp.isValid()) {
                check_arrived_int(20);
            } else {
                check_arrived_int(8);
            }
        } else if ((hdr.tcp.isValid() || hdr.udp.isValid()) && !hdr.int_shim.isValid()) {
            int_source_port.apply();
            if (meta.source_port == 1) {
                int_watchlist.apply();
            }
        }
        if (meta.int_arrived == 1 || meta.source == 1) {
            int_sink_port.apply();
        }
    }
}

// Writes shim and MD header, and takes them back when this node can't be the first hop: its instructions are not those that
// hop_words says, the egress link has no room, or the packet is itself a telemetry report.
control IntSource(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action write_headers() {
        hdr.int_shim.setValid();
        hdr.int_shim.int_type = INT_TYPE_MD;
        hdr.int_shim.npt = 0;
        hdr.int_shim.reserved1 = 0;
        hdr.int_shim.length = INT_MD_WORDS;
        hdr.int_shim.reserved2 = 0;
        hdr.int_shim.dscp = hdr.ipv4.dscp;
        hdr.int_shim.reserved3 = 0;
        hdr.int_md.setValid();
        hdr.int_md.version = INT_VERSION;
        hdr.int_md.discard = 0;
        hdr.int_md.exceeded_hops = 0;
        hdr.int_md.exceeded_mtu = 0;
        hdr.int_md.reserved = 0;
        hdr.int_md.hop_words = meta.source_hop_words;
        hdr.int_md.remaining_hops = meta.source_max_hops;
        hdr.int_md.instructions = meta.source_instructions;
        hdr.int_md.domain_id = 0;
        hdr.int_md.ds_instructions = 0;
        hdr.int_md.ds_flags = 0;
        // Type, length and version, then what varies.
        meta.checksum_delta = 0x1003 + 0x2000 + ((bit<32>) hdr.ipv4.dscp << 2) + ((bit<32>) meta.source_hop_words << 8)
            + (bit<32>) meta.source_max_hops + (bit<32>) meta.source_instructions;
        meta.added_bytes = INT_FIXED_BYTES;
    }

    @hidden
    action take_back() {
        hdr.int_shim.setInvalid();
        hdr.int_md.setInvalid();
        meta.source = 0;
    }

    IntHopWords() hop_words;

    apply {
        write_headers();
        hop_words.apply(hdr, meta);
        bit<32> length = (bit<32>) hdr.ipv4.total_len + (bit<32>) INT_FIXED_BYTES + ((bit<32>) meta.hop_words << 2);
        if (meta.node_configured == 0 || meta.source_max_hops == 0 || meta.hop_words == 0
            || meta.hop_words != meta.source_hop_words) {
            take_back();
        } else if (meta.sink == 0 && length > meta.node_mtu) {
            take_back();
        } else if (meta.report_configured == 1 && hdr.udp.isValid() && hdr.udp.dst_port == meta.report_udp_port) {
            take_back();
        } else if (meta.sink == 0) {
            hdr.ipv4.dscp = INT_DSCP;
        }
    }
}

#endif
