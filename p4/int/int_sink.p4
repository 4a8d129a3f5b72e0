#ifndef TELEMETRY_INT_SINK_P4
#define TELEMETRY_INT_SINK_P4

#include "../include/int_carrier.p4"

// Takes INT off the packet and has an egress clone made, which becomes the report. The node's own hop is pushed there: the
// clone's field list carries what was measured here, in the packet's real queue.
control IntSink(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    // A csum16 hash is the complement of the sum: what must be added to take a header away.
    @hidden
    action take_away_headers() {
        bit<16> shim;
        bit<16> md;
        hash(shim, HashAlgorithm.csum16, 16w0, hdr.int_shim, 32w0x10000);
        hash(md, HashAlgorithm.csum16, 16w0, hdr.int_md, 32w0x10000);
        meta.checksum_delta = (bit<32>) shim + (bit<32>) md;
        meta.added_bytes = 0 - (((bit<16>) hdr.int_shim.length + 1) << 2);
    }

    @hidden
    action take_away_stack() {
        bit<16> stack;
        hash(stack, HashAlgorithm.csum16, 16w0, hdr.int_stack, 32w0x10000);
        meta.checksum_delta = meta.checksum_delta + (bit<32>) stack;
    }

    @hidden
    action take_away_udp() {
        hdr.mirror_udp = hdr.udp;
        meta.added_bytes = meta.added_bytes - UDP_BYTES;
    }

    @hidden
    action set_aside() {
        hdr.mirror_shim = hdr.int_shim;
        hdr.mirror_md = hdr.int_md;
        hdr.mirror_stack = hdr.int_stack;
        hdr.int_shim.setInvalid();
        hdr.int_md.setInvalid();
        hdr.int_stack.setInvalid();
        meta.mirror = Mirror.TRACKED;
        clone_preserving_field_list(CloneType.E2E, meta.mirror_session, FieldList.REPORT);
    }

    IntUnmark() int_unmark;

    apply {
        // A source that is the sink as well wrote the headers, but not into the packet.
        if (meta.source == 1) {
            meta.added_bytes = 0;
            meta.checksum_delta = 0;
        } else {
            take_away_headers();
            if (hdr.int_stack.isValid()) {
                take_away_stack();
            }
            if (hdr.int_shim.npt == NPT_PROTOCOL) {
                take_away_udp();
            }
            int_unmark.apply(hdr);
        }
        set_aside();
        if (hdr.mirror_md.discard == 1) {
            meta.discarded = 1;
            mark_to_drop(standard_metadata);
        }
    }
}

// In a clone: puts back what was set aside, as the inner packet of the report.
control IntRestore(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action restore_int() {
        hdr.int_shim = hdr.mirror_shim;
        hdr.int_md = hdr.mirror_md;
        hdr.int_stack = hdr.mirror_stack;
        meta.added_bytes = ((bit<16>) hdr.mirror_shim.length + 1) << 2;
    }

    // What the node itself pushed stays in the packet that went on.
    @hidden
    action drop_own_hop() {
        hdr.hop_node.setInvalid();
        hdr.hop_ports.setInvalid();
        hdr.hop_latency.setInvalid();
        hdr.hop_queue.setInvalid();
        hdr.hop_ingress_time.setInvalid();
        hdr.hop_egress_time.setInvalid();
        hdr.hop_l2_ports.setInvalid();
        hdr.hop_fill8.setInvalid();
        hdr.hop_fill4.setInvalid();
        hdr.hop_fill2.setInvalid();
        hdr.hop_fill1.setInvalid();
        meta.added_bytes = 0 - (((bit<16>) hdr.int_shim.length + 1) << 2);
    }

    @hidden
    action forget_int() {
        hdr.int_shim.setInvalid();
        hdr.int_md.setInvalid();
        hdr.int_stack.setInvalid();
    }

    IntMark() int_mark;
    IntUnmark() int_unmark;
    L4Lengths() l4_lengths;

    apply {
        if (meta.mirror == Mirror.TRACKED) {
            restore_int();
            if (hdr.int_shim.npt == NPT_PROTOCOL) {
                meta.added_bytes = meta.added_bytes + UDP_BYTES;
            }
            int_mark.apply(hdr);
        } else if (hdr.int_shim.isValid() && hdr.int_md.isValid() && meta.mirror != Mirror.DROP && meta.mirror != Mirror.FILTERED) {
            // What went on has other lengths than what the report tells of.
            drop_own_hop();
            if (meta.mirror == Mirror.QUEUE) {
                if (hdr.int_shim.npt == NPT_PROTOCOL) {
                    meta.added_bytes = meta.added_bytes - UDP_BYTES;
                }
                int_unmark.apply(hdr);
                l4_lengths.apply(hdr, meta);
                forget_int();
                meta.added_bytes = 0;
            } else {
                l4_lengths.apply(hdr, meta);
                restore_int();
            }
        }
    }
}

#endif
