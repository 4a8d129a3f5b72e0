#ifndef TELEMETRY_INT_SOURCE_P4
#define TELEMETRY_INT_SOURCE_P4

#include "../include/watchlist.p4"

// Which packets get INT here, and which leave the INT domain here.
control IntRoles(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.mark_sink")
    action mark_sink(bit<32> session) {
        meta.sink = 1;
        meta.mirror_session = session;
    }

    @name(".Ingress.mark_sink_filtered")
    action mark_sink_filtered(bit<32> session, bit<32> latency_us, bit<32> timer_us) {
        meta.sink = 1;
        meta.mirror_session = session;
        meta.filter = 1;
        meta.filter_latency = latency_us;
        meta.filter_timer = timer_us;
    }

    @name(".Ingress.int_sink_port")
    table int_sink_port {
        key = {
            standard_metadata.egress_spec: exact;
        }
        actions = {
            mark_sink;
            mark_sink_filtered;
            NoAction;
        }
        default_action = NoAction();
        size = 512;
    }

    // The parser looks at the shim alone; here its length is held against the datagram's. Only then is INT touched.
    @hidden
    action check_arrived_int(bit<16> l4_bytes) {
        bit<16> needed = l4_bytes + (((bit<16>) hdr.int_shim.length + 1) << 2);
        bit<16> room = hdr.ipv4.isValid() ? (hdr.ipv4.total_len |-| 20) : hdr.ipv6.payload_len;
        meta.int_arrived = needed <= room ? 1w1 : 1w0;
    }

    Watchlist() watchlist;

    apply {
        if (hdr.int_shim.isValid()) {
            if (standard_metadata.parser_error == error.NoError) {
                if (hdr.tcp.isValid()) {
                    check_arrived_int(20);
                } else {
                    check_arrived_int(8);
                }
            }
        } else if (!hdr.ipv4_options.isValid() && (hdr.ipv6.isValid() || hdr.ipv4.frag_offset == 0)) {
            watchlist.apply(hdr, meta, standard_metadata);
            // INT behind the L4 header needs one; in front of it any will do, but not a part of one.
            if (meta.source == 1 && meta.l4_protocol == 0
                && (meta.source_udp == 0 || (hdr.ipv4.isValid() && hdr.ipv4.flags[0:0] == 1))) {
                meta.source = 0;
            }
        }
        if (meta.int_arrived == 1 || meta.source == 1) {
            int_sink_port.apply();
        }
    }
}

// Writes shim and MD header, and takes them back when this node can't be the first hop: its instructions are not those that
// hop_words says, the egress link has no room for them, or the packet is itself a telemetry report. A source that is the sink
// as well leaves the packet alone: its INT is for the report only.
control IntSource(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action write_headers() {
        hdr.int_shim.setValid();
        hdr.int_shim.int_type = INT_TYPE_MD;
        hdr.int_shim.npt = NPT_DSCP;
        hdr.int_shim.reserved1 = 0;
        hdr.int_shim.length = INT_MD_WORDS;
        hdr.int_shim.reserved2 = 0;
        hdr.int_shim.original = meta.dscp ++ 2w0;
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
        meta.checksum_delta = 0x1003 + 0x2000 + ((bit<32>) meta.dscp << 2) + ((bit<32>) meta.source_hop_words << 8)
            + (bit<32>) meta.source_max_hops + (bit<32>) meta.source_instructions;
        meta.added_bytes = INT_FIXED_BYTES;
    }

    // A UDP header of its own, without checksum; what follows INT is none of its business. The source port tells flows apart.
    @hidden
    action write_udp() {
        hdr.int_shim.npt = NPT_PROTOCOL;
        hdr.int_shim.original = meta.protocol;
        hdr.mirror_udp.setValid();
        hdr.mirror_udp.src_port = 1w1 ++ meta.flow_hash[14:0];
        hdr.mirror_udp.dst_port = INT_UDP_PORT;
        hdr.mirror_udp.length = (hdr.ipv4.isValid() ? hdr.ipv4.total_len - 20 : hdr.ipv6.payload_len) + UDP_BYTES;
        hdr.mirror_udp.checksum = 0;
        meta.added_bytes = INT_FIXED_BYTES + UDP_BYTES;
    }

    @hidden
    action move_tcp() {
        hdr.inner_tcp = hdr.tcp;
        hdr.tcp.setInvalid();
    }

    @hidden
    action move_udp() {
        hdr.inner_udp = hdr.udp;
    }

    // The length grows by the whole of INT later on.
    @hidden
    action insert_udp() {
        hdr.udp = hdr.mirror_udp;
        hdr.udp.length = hdr.udp.length - UDP_BYTES;
    }

    @hidden
    action take_back() {
        hdr.int_shim.setInvalid();
        hdr.int_md.setInvalid();
        meta.source = 0;
    }

    IntHopWords() hop_words;
    FlowHash() flow_hash;

    apply {
        write_headers();
        if (meta.source_udp == 1) {
            flow_hash.apply(hdr, meta);
            write_udp();
        }
        hop_words.apply(hdr, meta);
        bit<32> length = (bit<32>) meta.added_bytes
            + (hdr.ipv4.isValid() ? (bit<32>) hdr.ipv4.total_len : (bit<32>) hdr.ipv6.payload_len + 40);
        if (meta.node_configured == 0 || meta.source_max_hops == 0 || meta.hop_words == 0
            || meta.hop_words != meta.source_hop_words) {
            take_back();
        } else if (meta.sink == 0 && length > meta.node_mtu) {
            take_back();
        } else if (meta.report_configured == 1 && hdr.udp.isValid() && hdr.udp.dst_port == meta.report_udp_port) {
            take_back();
        } else if (meta.sink == 0) {
            if (meta.source_udp == 1) {
                if (hdr.tcp.isValid()) {
                    move_tcp();
                } else if (hdr.udp.isValid()) {
                    move_udp();
                }
                insert_udp();
                if (hdr.ipv4.isValid()) {
                    hdr.ipv4.protocol = PROTOCOL_UDP;
                } else {
                    hdr.ipv6.next_header = PROTOCOL_UDP;
                }
            } else if (hdr.ipv4.isValid()) {
                hdr.ipv4.dscp = INT_DSCP;
            } else {
                hdr.ipv6.dscp = INT_DSCP;
            }
        }
    }
}

#endif
