#ifndef TELEMETRY_INT_SOURCE_P4
#define TELEMETRY_INT_SOURCE_P4

#include "../include/watchlist.p4"
#include "../include/int_carrier.p4"

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

    IntArrived() int_arrived;
    Watchlist() watchlist;

    apply {
        if (hdr.int_shim.isValid()) {
            int_arrived.apply(hdr, meta, standard_metadata);
        } else {
            watchlist.apply(hdr, meta, standard_metadata);
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

    @hidden
    action take_back() {
        hdr.int_shim.setInvalid();
        hdr.int_md.setInvalid();
        meta.source = 0;
    }

    IntHopWords() hop_words;
    IntOwnUdp() own_udp;
    IntMark() int_mark;

    apply {
        write_headers();
        if (meta.source_udp == 1) {
            own_udp.apply(hdr, meta);
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
            int_mark.apply(hdr);
        }
    }
}

#endif
