#ifndef TELEMETRY_INT_REPORT_P4
#define TELEMETRY_INT_REPORT_P4

const bit<32> PACKET_IN_BYTES = 2;
const bit<32> ETHERNET_BYTES = 14;
const bit<32> REPORT_OUTER_BYTES = 20 + 8;                      // IPv4 and UDP
const bit<32> REPORT_HEADER_BYTES = 8 + 4;                      // group and individual header

control ReportConfig(inout metadata_t meta) {
    @name(".Egress.set_report")
    action set_report(bit<48> src_mac, bit<48> dst_mac, bit<32> src_addr, bit<32> dst_addr, bit<16> udp_port, bit<6> hw_id) {
        meta.report_configured = 1;
        meta.report_src_mac = src_mac;
        meta.report_dst_mac = dst_mac;
        meta.report_src_addr = src_addr;
        meta.report_dst_addr = dst_addr;
        meta.report_udp_port = udp_port;
        meta.report_hw_id = hw_id;
    }

    @name(".Egress.int_report")
    table int_report {
        actions = {
            set_report;
            NoAction;
        }
        default_action = NoAction();
    }

    apply {
        int_report.apply();
    }
}

// Wraps the inner packet (IPv4, L4 header, INT; no Ethernet, no payload) into a telemetry report.
control Report(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.report_sequence")
    register<bit<32>>(1) report_sequence;

    // One action, so that egress threads can't take the same number.
    @hidden
    action next_sequence() {
        bit<32> sequence;
        report_sequence.read(sequence, 0);
        report_sequence.write(0, sequence + 1);
        meta.report_sequence = (bit<22>) sequence;
    }

    @hidden
    action count_words(in bit<16> l4_words) {
        meta.report_words = 5 + l4_words + (bit<16>) hdr.int_shim.length + 1;
    }

    @hidden
    action write_headers() {
        bit<32> report_bytes = REPORT_HEADER_BYTES + ((bit<32>) meta.report_words << 2);

        hdr.report_ethernet.setValid();
        hdr.report_ethernet.dst_addr = meta.report_dst_mac;
        hdr.report_ethernet.src_addr = meta.report_src_mac;
        hdr.report_ethernet.ether_type = ETHERTYPE_IPV4;

        hdr.report_ipv4.setValid();
        hdr.report_ipv4.version = 4;
        hdr.report_ipv4.ihl = 5;
        hdr.report_ipv4.dscp = 0;
        hdr.report_ipv4.ecn = 0;
        hdr.report_ipv4.total_len = (bit<16>) (REPORT_OUTER_BYTES + report_bytes);
        hdr.report_ipv4.identification = meta.report_sequence[15:0];
        hdr.report_ipv4.flags = 2;
        hdr.report_ipv4.frag_offset = 0;
        hdr.report_ipv4.ttl = 64;
        hdr.report_ipv4.protocol = PROTOCOL_UDP;
        hdr.report_ipv4.hdr_checksum = 0;
        hdr.report_ipv4.src_addr = meta.report_src_addr;
        hdr.report_ipv4.dst_addr = meta.report_dst_addr;

        hdr.report_udp.setValid();
        hdr.report_udp.src_port = meta.report_udp_port;
        hdr.report_udp.dst_port = meta.report_udp_port;
        hdr.report_udp.length = (bit<16>) (8 + report_bytes);
        hdr.report_udp.checksum = 0;

        hdr.report_group.setValid();
        hdr.report_group.version = REPORT_VERSION;
        hdr.report_group.hw_id = meta.report_hw_id;
        hdr.report_group.sequence = meta.report_sequence;
        hdr.report_group.node_id = meta.node_id;

        hdr.report_individual.setValid();
        hdr.report_individual.report_type = REPORT_INNER_ONLY;
        hdr.report_individual.inner_type = REPORT_INNER_IPV4;
        hdr.report_individual.report_length = (bit<8>) meta.report_words;
        hdr.report_individual.metadata_length = 0;
        hdr.report_individual.dropped = 0;
        hdr.report_individual.congested_queue = 0;
        hdr.report_individual.tracked_flow = 1;
        hdr.report_individual.intermediate = 0;
        hdr.report_individual.reserved = 0;

        hdr.ethernet.setInvalid();
        meta.report_bytes = ETHERNET_BYTES + REPORT_OUTER_BYTES + report_bytes;
    }

    apply {
        next_sequence();
        if (hdr.tcp.isValid()) {
            count_words(5);
        } else {
            count_words(2);
        }
        write_headers();
        if (standard_metadata.egress_port == CPU_PORT) {
            truncate(PACKET_IN_BYTES + meta.report_bytes);
        } else {
            truncate(meta.report_bytes);
        }
    }
}

#endif
