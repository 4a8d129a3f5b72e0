// INT-XD v2.1 for BMv2's simple_switch: packets stay as they are, and every node reports those it watches.

#include <core.p4>
#include <v1model.p4>

#include "../include/protocols.p4"
#include "../include/telemetry.p4"
#include "../include/report_headers.p4"

struct headers_t {
    packet_in_h         packet_in;
    packet_out_h        packet_out;

    ethernet_h          report_ethernet;
    ipv4_h              report_ipv4;
    udp_h               report_udp;
    report_group_h      report_group;
    report_individual_h report_individual;
    report_int_h        report_int;
    int_ports_h         report_ports;
    int_latency_h       report_latency;
    int_queue_h         report_queue;
    int_time_h          report_ingress_time;
    int_time_h          report_egress_time;
    int_l2_ports_h      report_l2_ports;
    report_drop_h       report_drop;

    ethernet_h          ethernet;
    vlan_h              outer_vlan;
    vlan_h              vlan;
    ipv4_h              ipv4;
    ipv4_options_h      ipv4_options;
    ipv6_h              ipv6;
    tcp_h               tcp;
    udp_h               udp;
}

#include "../include/checksum.p4"
#include "../include/forwarding.p4"
#include "../include/watchlist.p4"
#include "../include/int_node.p4"
#include "../include/drop_watch.p4"
#include "../include/queue_watch.p4"
#include "../include/report_filter.p4"
#include "../include/report.p4"
#include "../include/postcard.p4"

parser XdParser(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
#include "../include/flow_states.p4"

    state flow_parsed {
        transition accept;
    }
}

control XdVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Verify() ipv4_verify;

    apply {
        ipv4_verify.apply(hdr);
    }
}

control XdIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.port_rx")
    counter(512, CounterType.packets_and_bytes) port_rx;
    @name(".Ingress.port_enqueued")
    counter(512, CounterType.packets_and_bytes) port_enqueued;
    @name(".Ingress.drops")
    counter(DROP_REASONS, CounterType.packets_and_bytes) drops;

    Forwarding() forwarding;
    Watchlist() watchlist;
    DropWatch() drop_watch;

    apply {
        port_rx.count((bit<32>) standard_metadata.ingress_port);
        if (hdr.packet_out.isValid()) {
            standard_metadata.egress_spec = hdr.packet_out.egress_port;
            // Probes must pass a full data queue: the highest of eight priorities.
            standard_metadata.priority = 7;
            hdr.packet_out.setInvalid();
        } else {
            forwarding.apply(hdr, meta, standard_metadata);
            if (standard_metadata.egress_spec < CPU_PORT && (hdr.ipv4.isValid() || hdr.ipv6.isValid())) {
                watchlist.apply(hdr, meta, standard_metadata);
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

control XdEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.port_tx")
    counter(512, CounterType.packets_and_bytes) port_tx;
    @name(".Egress.port_reports")
    counter(512, CounterType.packets_and_bytes) port_reports;

    IntNode() int_node;
    Measure() measure;
    ReportConfig() report_config;
    Postcard() postcard;
    QueueWatch() queue_watch;
    PostcardBits() postcard_bits;
    Report() report;

    @hidden
    action report_queue() {
        meta.mirror = Mirror.QUEUE;
        clone_preserving_field_list(CloneType.E2E, meta.mirror_session, FieldList.REPORT);
    }

    apply {
        meta.is_clone = meta.mirror != Mirror.NONE ? 1w1 : 1w0;
        if (meta.is_clone == 1 || meta.source == 1) {
            int_node.apply(meta);
            report_config.apply(hdr, meta);
            if (meta.is_clone == 0) {
                measure.apply(meta, standard_metadata);
                // A report must not make reports.
                if (meta.node_configured == 1 && meta.report_configured == 1
                    && !(hdr.udp.isValid() && hdr.udp.dst_port == meta.report_udp_port)) {
                    postcard.apply(hdr, meta);
                }
            }
        }

        if (meta.is_clone == 1) {
            if (meta.mirror == Mirror.POSTCARD) {
                postcard_bits.apply(meta);
            }
            report.apply(hdr, meta, standard_metadata);
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

control XdComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
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

control XdDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.packet_in);

        packet.emit(hdr.report_ethernet);
        packet.emit(hdr.report_ipv4);
        packet.emit(hdr.report_udp);
        packet.emit(hdr.report_group);
        packet.emit(hdr.report_individual);
        packet.emit(hdr.report_int);
        packet.emit(hdr.report_ports);
        packet.emit(hdr.report_latency);
        packet.emit(hdr.report_queue);
        packet.emit(hdr.report_ingress_time);
        packet.emit(hdr.report_egress_time);
        packet.emit(hdr.report_l2_ports);
        packet.emit(hdr.report_drop);

        packet.emit(hdr.ethernet);
        packet.emit(hdr.outer_vlan);
        packet.emit(hdr.vlan);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.ipv4_options);
        packet.emit(hdr.ipv6);
        packet.emit(hdr.tcp);
        packet.emit(hdr.udp);
    }
}

V1Switch(XdParser(), XdVerifyChecksum(), XdIngress(), XdEgress(), XdComputeChecksum(), XdDeparser()) main;
