// INT-MD v2.1 for BMv2's simple_switch: source, transit and sink in one program; table entries say which of them a switch is.

#include <core.p4>
#include <v1model.p4>

#include "headers.p4"
#include "parser.p4"
#include "../include/checksum.p4"
#include "../include/forwarding.p4"
#include "../include/l4_update.p4"
#include "../include/int_node.p4"
#include "../include/drop_watch.p4"
#include "../include/queue_watch.p4"
#include "../include/report_filter.p4"
#include "../include/report.p4"
#include "int_transit.p4"
#include "int_source.p4"
#include "int_sink.p4"

control IntVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Verify() ipv4_verify;

    apply {
        ipv4_verify.apply(hdr);
    }
}

// A clone that comes round to have its stack looked into: it goes on as a report, or ends here.
control FilterReports(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    FlowHash() flow_hash;
    ReportFilter() report_filter;

    @hidden
    action pass() {
        meta.mirror = Mirror.FILTERED;
        standard_metadata.egress_spec = meta.filter_port;
    }

    apply {
        flow_hash.apply(hdr, meta);
        report_filter.apply(meta);
        // A stack too long to be looked into is reported.
        if (meta.filter_passed == 1 || standard_metadata.parser_error != error.NoError) {
            pass();
        } else {
            mark_to_drop(standard_metadata);
        }
    }
}

control IntIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.port_rx")
    counter(512, CounterType.packets_and_bytes) port_rx;
    @name(".Ingress.port_enqueued")
    counter(512, CounterType.packets_and_bytes) port_enqueued;
    @name(".Ingress.drops")
    counter(DROP_REASONS, CounterType.packets_and_bytes) drops;

    Forwarding() forwarding;
    IntRoles() int_roles;
    DropWatch() drop_watch;
    FilterReports() filter_reports;

    apply {
        if (meta.mirror == Mirror.FILTER) {
            filter_reports.apply(hdr, meta, standard_metadata);
        } else {
            port_rx.count((bit<32>) standard_metadata.ingress_port);
            if (hdr.packet_out.isValid()) {
                standard_metadata.egress_spec = hdr.packet_out.egress_port;
                // Probes must pass a full data queue: the highest of eight priorities.
                standard_metadata.priority = 7;
                hdr.packet_out.setInvalid();
            } else {
                forwarding.apply(hdr, meta, standard_metadata);
                if (standard_metadata.egress_spec < CPU_PORT && (hdr.ipv4.isValid() || hdr.ipv6.isValid())) {
                    int_roles.apply(hdr, meta, standard_metadata);
                }
            }
            if (standard_metadata.mcast_grp == 0) {
                if (standard_metadata.egress_spec == DROP_PORT) {
                    drops.count((bit<32>) meta.drop_reason);
                    drop_watch.apply(hdr, meta, standard_metadata);
                } else {
                    port_enqueued.count((bit<32>) standard_metadata.egress_spec);
                }
            }
        }
    }
}

// INT in a packet, and in a clone of one: a clone of a sink gets the hop that the packet went without.
control IntData(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    IntNode() int_node;
    Measure() measure;
    IntRestore() int_restore;
    ReportConfig() report_config;
    IntSource() int_source;
    IntHopWords() hop_words;
    IntPush() int_push;
    IntSink() int_sink;
    L4Lengths() l4_lengths;
    L4Checksum() l4_checksum;

    apply {
        int_node.apply(meta);
        if (meta.is_clone == 0) {
            measure.apply(meta, standard_metadata);
        } else {
            int_restore.apply(hdr, meta);
        }
        if (meta.is_clone == 1 || meta.source == 1) {
            report_config.apply(hdr, meta);
        }
        if (meta.source == 1) {
            int_source.apply(hdr, meta);
        } else if (hdr.int_shim.isValid() && hdr.int_md.isValid()) {
            hop_words.apply(hdr, meta);
        }
        // Not if the source took its headers back.
        if (hdr.int_shim.isValid() && hdr.int_md.isValid()) {
            if (meta.sink == 1) {
                int_sink.apply(hdr, meta, standard_metadata);
            } else if (meta.is_clone == 0 || meta.mirror == Mirror.TRACKED) {
                int_push.apply(hdr, meta);
            }
            l4_lengths.apply(hdr, meta);
            if (meta.is_clone == 0) {
                l4_checksum.apply(hdr, meta);
            }
        }
    }
}

// A clone becomes a report, or goes round to the report filter.
control IntReport(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    Report() report;

    // To the ingress, whose parser takes the stack to pieces. The payload stays here: 200 bytes cover every header but INT.
    @hidden
    action go_round() {
        meta.mirror = Mirror.FILTER;
        meta.filter_port = standard_metadata.egress_port;
        truncate(((bit<32>) hdr.int_shim.length << 2) + 200);
        recirculate_preserving_field_list(FieldList.REPORT);
    }

    @hidden
    action count_int() {
        meta.report_tracked = 1;
        meta.report_inner_words = (bit<16>) hdr.int_shim.length + 1;
    }

    @hidden
    action count_inner(bit<16> words) {
        meta.report_inner_words = meta.report_inner_words + words;
    }

    apply {
        // Only a stack that begins with node id, ports and latency can be filtered.
        if (meta.mirror == Mirror.TRACKED && meta.filter == 1 && meta.queue_report == 0
            && hdr.int_shim.isValid() && hdr.int_md.isValid() && hdr.int_md.instructions[15:13] == 7) {
            go_round();
        } else {
            // A dropped packet may have a shim whose stack isn't there: then it is payload.
            if (hdr.int_shim.isValid() && hdr.int_md.isValid() && (meta.mirror != Mirror.DROP || hdr.int_stack.isValid() || hdr.hops[0].isValid()
                                         || hdr.int_shim.length == INT_MD_WORDS)) {
                count_int();
            }
            if (hdr.inner_tcp.isValid()) {
                count_inner(5);
            } else if (hdr.inner_udp.isValid()) {
                count_inner(2);
            } else if (meta.l4_ports == 1) {
                // An original L4 header that is payload here: its ports at least.
                count_inner(2);
            }
            report.apply(hdr, meta, standard_metadata);
        }
    }
}

control IntEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.port_tx")
    counter(512, CounterType.packets_and_bytes) port_tx;
    @name(".Egress.port_reports")
    counter(512, CounterType.packets_and_bytes) port_reports;

    IntData() int_data;
    IntReport() int_report;
    Measure() measure;
    QueueWatch() queue_watch;

    @hidden
    action report_queue() {
        meta.mirror = Mirror.QUEUE;
        clone_preserving_field_list(CloneType.E2E, meta.mirror_session, FieldList.REPORT);
    }

    apply {
        meta.is_clone = meta.mirror != Mirror.NONE ? 1w1 : 1w0;
        if (meta.is_clone == 1 || meta.int_arrived == 1 || meta.source == 1) {
            int_data.apply(hdr, meta, standard_metadata);
        }

        if (meta.is_clone == 1) {
            int_report.apply(hdr, meta, standard_metadata);
            if (hdr.report_group.isValid()) {
                port_reports.count((bit<32>) standard_metadata.egress_port);
            }
        } else if (standard_metadata.instance_type == INSTANCE_REPLICATION
                   && standard_metadata.egress_port == standard_metadata.ingress_port) {
            mark_to_drop(standard_metadata);
        } else if (meta.discarded == 0) {
            port_tx.count((bit<32>) standard_metadata.egress_port);
            queue_watch.apply(meta, standard_metadata);
            if (meta.queue_report == 1 && meta.mirror == Mirror.NONE) {
                measure.apply(meta, standard_metadata);
                report_queue();
            }
        }

        if (standard_metadata.egress_port == CPU_PORT) {
            hdr.packet_in.setValid();
            hdr.packet_in.ingress_port = standard_metadata.ingress_port;
            hdr.packet_in.pad = 0;
        }
    }
}

control IntComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Update() ipv4_update;

    apply {
        ipv4_update.apply(hdr);
        update_checksum(hdr.report_ipv4.isValid(),
            { hdr.report_ipv4.version, hdr.report_ipv4.ihl, hdr.report_ipv4.dscp, hdr.report_ipv4.ecn,
              hdr.report_ipv4.total_len, hdr.report_ipv4.identification, hdr.report_ipv4.flags,
              hdr.report_ipv4.frag_offset, hdr.report_ipv4.ttl, hdr.report_ipv4.protocol,
              hdr.report_ipv4.src_addr, hdr.report_ipv4.dst_addr },
            hdr.report_ipv4.hdr_checksum, HashAlgorithm.csum16);
    }
}

V1Switch(IntParser(), IntVerifyChecksum(), IntIngress(), IntEgress(), IntComputeChecksum(), IntDeparser()) main;
