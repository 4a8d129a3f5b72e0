// INT-MX v2.1 for BMv2's simple_switch: the source puts instructions into the packet, every node on the way reports what they ask
// for, the sink takes them off.

#include <core.p4>
#include <v1model.p4>

#include "../include/protocols.p4"
#include "../include/telemetry.p4"
#include "../include/int_shim.p4"
#include "../include/int_mx.p4"
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
    int_shim_h          int_shim;
    int_mx_h            int_mx;
    // The packet's own L4 header where INT has a UDP header of its own: set by the source, payload everywhere else.
    tcp_h               inner_tcp;
    udp_h               inner_udp;
    udp_h               mirror_udp;     // never emitted
}

#include "../include/checksum.p4"
#include "../include/forwarding.p4"
#include "../include/watchlist.p4"
#include "../include/l4_update.p4"
#include "../include/int_carrier.p4"
#include "../include/int_node.p4"
#include "../include/drop_watch.p4"
#include "../include/queue_watch.p4"
#include "../include/report_filter.p4"
#include "../include/report.p4"
#include "../include/postcard.p4"

parser MxParser(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
#include "../include/flow_states.p4"

    state flow_parsed {
        transition select(meta.dscp, meta.l4_protocol, meta.l4_dst_port) {
            (INT_DSCP, _, _): look_for_int;
            (_, PROTOCOL_UDP, INT_UDP_PORT): look_for_int_udp;
            default: accept;
        }
    }

    // A host may use the DSCP value itself: type, next-protocol type, length and version must fit as well. The lookahead
    // covers shim and MX header, so that a packet that ends early is left alone rather than half parsed.
    state look_for_int {
        bit<128> start_of_int = packet.lookahead<bit<128>>();
        transition select(start_of_int[127:122], start_of_int[119:112], start_of_int[95:92]) {
            (INT_TYPE_MX ++ NPT_DSCP, INT_MX_WORDS, INT_VERSION): parse_int;
            default: accept;
        }
    }

    // The same for the port.
    state look_for_int_udp {
        bit<128> start_of_int = packet.lookahead<bit<128>>();
        transition select(start_of_int[127:122], start_of_int[119:112], start_of_int[95:92]) {
            (INT_TYPE_MX ++ NPT_PROTOCOL, INT_MX_WORDS, INT_VERSION): parse_int;
            default: accept;
        }
    }

    state parse_int {
        packet.extract(hdr.int_shim);
        packet.extract(hdr.int_mx);
        transition int_parsed;
    }

#include "../include/int_flow_states.p4"
}

control MxVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Verify() ipv4_verify;

    apply {
        ipv4_verify.apply(hdr);
    }
}

// Which packets get INT here, and which leave the INT domain here.
control MxRoles(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    // The session is that of int_export, for sinks too.
    @name(".Ingress.mark_sink")
    action mark_sink() {
        meta.sink = 1;
    }

    @name(".Ingress.int_sink_port")
    table int_sink_port {
        key = {
            standard_metadata.egress_spec: exact;
        }
        actions = {
            mark_sink;
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

control MxIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.port_rx")
    counter(512, CounterType.packets_and_bytes) port_rx;
    @name(".Ingress.port_enqueued")
    counter(512, CounterType.packets_and_bytes) port_enqueued;
    @name(".Ingress.drops")
    counter(DROP_REASONS, CounterType.packets_and_bytes) drops;

    Forwarding() forwarding;
    MxRoles() mx_roles;
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
                mx_roles.apply(hdr, meta, standard_metadata);
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

// Puts shim and MX header into a packet that doesn't leave the domain at once, if the egress link has room for them.
control MxSource(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action write_headers() {
        hdr.int_shim.setValid();
        hdr.int_shim.int_type = INT_TYPE_MX;
        hdr.int_shim.npt = NPT_DSCP;
        hdr.int_shim.reserved1 = 0;
        hdr.int_shim.length = INT_MX_WORDS;
        hdr.int_shim.reserved2 = 0;
        hdr.int_shim.original = meta.dscp ++ 2w0;
        hdr.int_mx.setValid();
        hdr.int_mx.version = INT_VERSION;
        hdr.int_mx.discard = 0;
        hdr.int_mx.reserved = 0;
        hdr.int_mx.instructions = meta.source_instructions;
        hdr.int_mx.domain_id = 0;
        hdr.int_mx.ds_instructions = 0;
        hdr.int_mx.ds_flags = 0;
        // Type, length and version, then what varies.
        meta.checksum_delta = 0x3003 + 0x2000 + ((bit<32>) meta.dscp << 2) + (bit<32>) meta.source_instructions;
        meta.added_bytes = INT_MX_BYTES;
    }

    @hidden
    action take_back() {
        hdr.int_shim.setInvalid();
        hdr.int_mx.setInvalid();
        meta.added_bytes = 0;
        meta.source = 0;
    }

    IntOwnUdp() own_udp;
    IntMark() int_mark;

    apply {
        write_headers();
        if (meta.source_udp == 1) {
            own_udp.apply(hdr, meta);
        }
        bit<32> length = (bit<32>) meta.added_bytes
            + (hdr.ipv4.isValid() ? (bit<32>) hdr.ipv4.total_len : (bit<32>) hdr.ipv6.payload_len + 40);
        if (length > meta.node_mtu) {
            take_back();
        } else {
            int_mark.apply(hdr);
        }
    }
}

// Takes shim and MX header off a packet or a clone.
control MxRemove(inout headers_t hdr, inout metadata_t meta) {
    // A csum16 hash is the complement of the sum: what must be added to take a header away.
    @hidden
    action take_away() {
        bit<16> shim;
        bit<16> mx;
        hash(shim, HashAlgorithm.csum16, 16w0, hdr.int_shim, 32w0x10000);
        hash(mx, HashAlgorithm.csum16, 16w0, hdr.int_mx, 32w0x10000);
        meta.checksum_delta = (bit<32>) shim + (bit<32>) mx;
        meta.added_bytes = 0 - INT_MX_BYTES - (hdr.int_shim.npt == NPT_PROTOCOL ? UDP_BYTES : 0);
    }

    IntUnmark() int_unmark;

    apply {
        take_away();
        int_unmark.apply(hdr);
        hdr.int_shim.setInvalid();
        hdr.int_mx.setInvalid();
    }
}

// INT in a packet.
control MxPacket(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @hidden
    action take_instructions() {
        meta.source_instructions = hdr.int_mx.instructions;
        meta.postcard = 1;
    }

    @hidden
    action discard() {
        meta.discarded = 1;
        mark_to_drop(standard_metadata);
    }

    MxSource() mx_source;
    MxRemove() mx_remove;
    L4Lengths() l4_lengths;
    L4Checksum() l4_checksum;

    apply {
        if (meta.source == 1) {
            if (meta.node_configured == 1 && meta.report_configured == 1 && meta.source_max_hops != 0
                && !(hdr.udp.isValid() && hdr.udp.dst_port == meta.report_udp_port)) {
                meta.postcard = 1;
                if (meta.sink == 0) {
                    mx_source.apply(hdr, meta);
                }
            }
        } else if (hdr.int_shim.isValid() && hdr.int_mx.isValid()) {
            take_instructions();
            if (meta.sink == 1) {
                if (hdr.int_mx.discard == 1) {
                    discard();
                }
                mx_remove.apply(hdr, meta);
            }
        }
        if (meta.added_bytes != 0) {
            l4_lengths.apply(hdr, meta);
            l4_checksum.apply(hdr, meta);
        }
    }
}

// The packet in a report is the one without INT; but a dropped one is as it came.
control MxClone(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action count_inner(bit<16> words) {
        meta.report_inner_words = meta.report_inner_words + words;
    }

    @hidden
    action count_int() {
        meta.report_tracked = 1;
        count_inner(4);
    }

    MxRemove() mx_remove;
    L4Lengths() l4_lengths;

    apply {
        if (hdr.int_shim.isValid() && hdr.int_mx.isValid()) {
            if (meta.mirror == Mirror.DROP) {
                count_int();
            } else {
                mx_remove.apply(hdr, meta);
                l4_lengths.apply(hdr, meta);
            }
        }
        if (hdr.inner_tcp.isValid()) {
            count_inner(5);
        } else if (hdr.inner_udp.isValid()) {
            count_inner(2);
        } else if (meta.l4_ports == 1) {
            // An original L4 header that is payload here: its ports at least.
            count_inner(2);
        }
    }
}

control MxEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.port_tx")
    counter(512, CounterType.packets_and_bytes) port_tx;
    @name(".Egress.port_reports")
    counter(512, CounterType.packets_and_bytes) port_reports;

    IntNode() int_node;
    Measure() measure;
    ReportConfig() report_config;
    MxPacket() mx_packet;
    MxClone() mx_clone;
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
        if (meta.is_clone == 1 || meta.int_arrived == 1 || meta.source == 1) {
            int_node.apply(meta);
            report_config.apply(hdr, meta);
            if (meta.is_clone == 0) {
                measure.apply(meta, standard_metadata);
                mx_packet.apply(hdr, meta, standard_metadata);
                if (meta.postcard == 1) {
                    postcard.apply(hdr, meta);
                }
            }
        }

        if (meta.is_clone == 1) {
            if (meta.mirror == Mirror.POSTCARD) {
                postcard_bits.apply(meta);
            }
            mx_clone.apply(hdr, meta);
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

control MxComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
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

control MxDeparser(packet_out packet, in headers_t hdr) {
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
        packet.emit(hdr.int_shim);
        packet.emit(hdr.int_mx);
        packet.emit(hdr.inner_tcp);
        packet.emit(hdr.inner_udp);
    }
}

V1Switch(MxParser(), MxVerifyChecksum(), MxIngress(), MxEgress(), MxComputeChecksum(), MxDeparser()) main;
