#ifndef TELEMETRY_WATCHLIST_P4
#define TELEMETRY_WATCHLIST_P4

// Which packets are watched.

control Watchlist(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.int_watchlist_counter")
    direct_counter(CounterType.packets_and_bytes) int_watchlist_counter;
    @name(".Ingress.int_watchlist_v6_counter")
    direct_counter(CounterType.packets_and_bytes) int_watchlist_v6_counter;

    @name(".Ingress.mark_source")
    action mark_source() {
        meta.source_port = 1;
    }

    // One packet in rate, at random; 0 and 1 take every packet.
    @name(".Ingress.int_source")
    action int_source(bit<8> max_hops, bit<5> hop_words, bit<16> instructions, bit<16> rate) {
        meta.source = 1;
        meta.source_max_hops = max_hops;
        meta.source_hop_words = hop_words;
        meta.source_instructions = instructions;
        meta.source_rate = rate;
    }

    @name(".Ingress.int_source_udp")
    action int_source_udp(bit<8> max_hops, bit<5> hop_words, bit<16> instructions, bit<16> rate) {
        int_source(max_hops, hop_words, instructions, rate);
        meta.source_udp = 1;
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
            int_source_udp;
            NoAction;
        }
        default_action = NoAction();
        size = 1024;
        counters = int_watchlist_counter;
    }

    @name(".Ingress.int_watchlist_v6")
    table int_watchlist_v6 {
        key = {
            hdr.ipv6.src_addr: ternary;
            hdr.ipv6.dst_addr: ternary;
            hdr.ipv6.next_header: ternary;
            meta.l4_src_port: ternary;
            meta.l4_dst_port: ternary;
        }
        actions = {
            int_source;
            int_source_udp;
            NoAction;
        }
        default_action = NoAction();
        size = 1024;
        counters = int_watchlist_v6_counter;
    }

    @hidden
    action sample() {
        random(meta.source_sample, 16w0, meta.source_rate - 1);
    }

    @hidden
    action leave_alone() {
        meta.source = 0;
    }

    apply {
        // Neither options nor parts of a datagram: INT has no place there.
        if (!hdr.ipv4_options.isValid() && (hdr.ipv6.isValid() || hdr.ipv4.frag_offset == 0)) {
            int_source_port.apply();
        }
        if (meta.source_port == 1) {
            if (hdr.ipv4.isValid()) {
                int_watchlist.apply();
            } else if (hdr.ipv6.isValid()) {
                int_watchlist_v6.apply();
            }
            // Behind the L4 header INT needs one; in front of it any will do, if it is whole.
            if (meta.l4_protocol == 0 && (meta.source_udp == 0 || (hdr.ipv4.isValid() && hdr.ipv4.flags[0:0] == 1))) {
                leave_alone();
            } else if (meta.source_rate > 1) {
                sample();
                if (meta.source_sample != 0) {
                    leave_alone();
                }
            }
        }
    }
}

#endif
