#ifndef TELEMETRY_DROP_WATCH_P4
#define TELEMETRY_DROP_WATCH_P4

// Which drops are reported. The clone carries the frame as it was received.
control DropWatch(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.report_drop")
    action report_drop(bit<32> session) {
        meta.mirror = Mirror.DROP;
        meta.hop_ingress_port = standard_metadata.ingress_port;
        meta.hop_ingress_time = standard_metadata.ingress_global_timestamp;
        clone_preserving_field_list(CloneType.I2E, session, FieldList.REPORT);
    }

    @name(".Ingress.drop_watch")
    table drop_watch {
        key = {
            meta.drop_reason: ternary;
            standard_metadata.ingress_port: ternary;
        }
        actions = {
            report_drop;
            NoAction;
        }
        default_action = NoAction();
        size = 256;
    }

    apply {
        drop_watch.apply();
    }
}

#endif
