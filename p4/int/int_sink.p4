#ifndef TELEMETRY_INT_SINK_P4
#define TELEMETRY_INT_SINK_P4

// Takes INT off the packet and has an egress clone made, which becomes the report. The node's own hop is pushed there: the
// clone's field list carries what was measured here, in the packet's real queue.
control IntSink(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    // A csum16 hash is the complement of the sum: what must be added to take a header away.
    @hidden
    action restore_packet() {
        bit<16> shim;
        bit<16> md;
        hash(shim, HashAlgorithm.csum16, 16w0, hdr.int_shim, 32w0x10000);
        hash(md, HashAlgorithm.csum16, 16w0, hdr.int_md, 32w0x10000);
        meta.checksum_delta = (bit<32>) shim + (bit<32>) md;
        meta.added_bytes = 0 - (((bit<16>) hdr.int_shim.length + 1) << 2);
        hdr.ipv4.dscp = hdr.int_shim.dscp;
    }

    @hidden
    action take_away_stack() {
        bit<16> stack;
        hash(stack, HashAlgorithm.csum16, 16w0, hdr.int_stack, 32w0x10000);
        meta.checksum_delta = meta.checksum_delta + (bit<32>) stack;
    }

    @hidden
    action set_aside() {
        hdr.mirror_shim = hdr.int_shim;
        hdr.mirror_md = hdr.int_md;
        hdr.mirror_stack = hdr.int_stack;
        hdr.int_shim.setInvalid();
        hdr.int_md.setInvalid();
        hdr.int_stack.setInvalid();
        clone_preserving_field_list(CloneType.E2E, meta.sink_session, FieldList.REPORT);
    }

    apply {
        // A source that is the sink as well wrote the headers, but not into the packet's lengths.
        if (meta.source == 1) {
            meta.added_bytes = 0;
            meta.checksum_delta = 0;
        } else {
            restore_packet();
            if (hdr.int_stack.isValid()) {
                take_away_stack();
            }
        }
        set_aside();
        if (hdr.mirror_md.discard == 1) {
            meta.discarded = 1;
            mark_to_drop(standard_metadata);
        }
    }
}

// In the clone: puts back what IntSink set aside, as the inner packet of the report.
control IntRestore(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action restore_int() {
        hdr.int_shim = hdr.mirror_shim;
        hdr.int_md = hdr.mirror_md;
        hdr.int_stack = hdr.mirror_stack;
        hdr.ipv4.dscp = INT_DSCP;
        meta.added_bytes = ((bit<16>) hdr.mirror_shim.length + 1) << 2;
        meta.is_report = 1;
    }

    apply {
        restore_int();
    }
}

#endif
