#ifndef TELEMETRY_POSTCARD_P4
#define TELEMETRY_POSTCARD_P4

// Reports of a node's own: INT-MX and INT-XD.

control Postcard(inout headers_t hdr, inout metadata_t meta) {
    @name(".Egress.set_export")
    action set_export(bit<32> session) {
        meta.mirror_session = session;
        meta.mirror = Mirror.POSTCARD;
    }

    @name(".Egress.set_export_filtered")
    action set_export_filtered(bit<32> session, bit<32> latency_us, bit<32> timer_us) {
        meta.mirror_session = session;
        meta.mirror = Mirror.POSTCARD;
        meta.filter = 1;
        meta.filter_latency = latency_us;
        meta.filter_timer = timer_us;
    }

    @name(".Egress.int_export")
    table int_export {
        actions = {
            set_export;
            set_export_filtered;
            NoAction;
        }
        default_action = NoAction();
    }

    // One node sees of the path its own two ports.
    @hidden
    action summarise() {
        meta.path_hash = (bit<32>) (meta.hop_ingress_port ++ meta.hop_egress_port);
        meta.path_latency = (bit<32>) (meta.hop_egress_time - meta.hop_ingress_time);
    }

    @hidden
    action send() {
        clone_preserving_field_list(CloneType.E2E, meta.mirror_session, FieldList.REPORT);
    }

    @hidden
    action keep() {
        meta.mirror = Mirror.NONE;
    }

    FlowHash() flow_hash;
    ReportFilter() report_filter;

    apply {
        int_export.apply();
        if (meta.mirror == Mirror.POSTCARD) {
            if (meta.filter == 1) {
                flow_hash.apply(hdr, meta);
                summarise();
                report_filter.apply(meta);
            }
            if (meta.filter == 1 && meta.filter_passed == 0) {
                keep();
            } else {
                send();
            }
        }
    }
}

// Of the values that were asked for, those that this node has: a report leaves the others out.
control PostcardBits(inout metadata_t meta) {
    @hidden
    action select_bits(in bit<16> bits) {
        meta.report_tracked = 1;
        meta.report_bits = bits & 0x7e00;
        meta.report_metadata_words = (bit<8>) bits[14:14] + (bit<8>) bits[13:13] + (bit<8>) bits[12:12]
            + (bit<8>) (bits[11:11] ++ 1w0) + (bit<8>) (bits[10:10] ++ 1w0) + (bit<8>) (bits[9:9] ++ 1w0);
    }

    apply {
        select_bits(meta.source_instructions);
    }
}

#endif
