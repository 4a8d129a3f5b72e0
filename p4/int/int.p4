// INT-MD v2.1 for BMv2's simple_switch: source, transit and sink in one program; table entries say which of them a switch is.

#include <core.p4>
#include <v1model.p4>

#include "headers.p4"
#include "parser.p4"
#include "checksum.p4"
#include "../include/forwarding.p4"
#include "int_transit.p4"
#include "int_source.p4"
#include "int_sink.p4"
#include "report.p4"

control IntIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.port_rx")
    counter(512, CounterType.packets_and_bytes) port_rx;
    @name(".Ingress.port_enqueued")
    counter(512, CounterType.packets_and_bytes) port_enqueued;
    @name(".Ingress.drops")
    counter(DROP_REASONS, CounterType.packets_and_bytes) drops;

    Forwarding() forwarding;
    IntRoles() int_roles;

    apply {
        port_rx.count((bit<32>) standard_metadata.ingress_port);
        if (hdr.packet_out.isValid()) {
            standard_metadata.egress_spec = hdr.packet_out.egress_port;
            // Probes must pass a full data queue: the highest of eight priorities.
            standard_metadata.priority = 7;
            hdr.packet_out.setInvalid();
        } else {
            forwarding.apply(hdr, meta, standard_metadata);
            if (hdr.ipv4.isValid() && standard_metadata.egress_spec < CPU_PORT) {
                int_roles.apply(hdr, meta, standard_metadata);
            }
        }
        if (standard_metadata.mcast_grp == 0) {
            if (standard_metadata.egress_spec == DROP_PORT) {
                drops.count((bit<32>) meta.drop_reason);
            } else {
                port_enqueued.count((bit<32>) standard_metadata.egress_spec);
            }
        }
    }
}

control IntEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.port_tx")
    counter(512, CounterType.packets_and_bytes) port_tx;
    @name(".Egress.port_reports")
    counter(512, CounterType.packets_and_bytes) port_reports;

    IntNode() int_node;
    ReportConfig() report_config;
    IntRestore() int_restore;
    IntSource() int_source;
    IntHopWords() hop_words;
    IntPush() int_push;
    IntSink() int_sink;
    L4Lengths() l4_lengths;
    L4Checksum() l4_checksum;
    Report() report;

    apply {
        if (standard_metadata.instance_type == 2) {
            int_restore.apply(hdr, meta);
        }

        if (meta.is_report == 1 || meta.int_arrived == 1 || meta.source == 1) {
            int_node.apply(meta, standard_metadata);
            if (meta.is_report == 1 || meta.source == 1) {
                report_config.apply(meta);
            }
            if (meta.source == 1) {
                int_source.apply(hdr, meta);
            } else {
                hop_words.apply(hdr, meta);
            }
            // Not if the source took its headers back.
            if (hdr.int_shim.isValid() && hdr.int_md.isValid()) {
                if (meta.sink == 1) {
                    int_sink.apply(hdr, meta, standard_metadata);
                } else {
                    int_push.apply(hdr, meta);
                }
                l4_lengths.apply(hdr, meta);
                if (meta.is_report == 0) {
                    l4_checksum.apply(hdr, meta);
                }
            }
        }

        if (meta.is_report == 1) {
            if (meta.report_configured == 1 && hdr.int_shim.isValid()) {
                report.apply(hdr, meta, standard_metadata);
                port_reports.count((bit<32>) standard_metadata.egress_port);
            } else {
                mark_to_drop(standard_metadata);
            }
        } else if (standard_metadata.instance_type == INSTANCE_REPLICATION
                   && standard_metadata.egress_port == standard_metadata.ingress_port) {
            mark_to_drop(standard_metadata);
        } else if (meta.discarded == 0) {
            port_tx.count((bit<32>) standard_metadata.egress_port);
        }

        if (standard_metadata.egress_port == CPU_PORT) {
            hdr.packet_in.setValid();
            hdr.packet_in.ingress_port = standard_metadata.ingress_port;
            hdr.packet_in.pad = 0;
        }
    }
}

V1Switch(IntParser(), IntVerifyChecksum(), IntIngress(), IntEgress(), IntComputeChecksum(), IntDeparser()) main;
