#ifndef TELEMETRY_INT_HEADERS_P4
#define TELEMETRY_INT_HEADERS_P4

#include "../include/protocols.p4"
#include "../include/int_md.p4"
#include "../include/report.p4"

struct headers_t {
    packet_in_h         packet_in;
    packet_out_h        packet_out;

    ethernet_h          report_ethernet;
    ipv4_h              report_ipv4;
    udp_h               report_udp;
    report_group_h      report_group;
    report_individual_h report_individual;

    ethernet_h          ethernet;
    vlan_h              outer_vlan;
    vlan_h              vlan;
    ipv4_h              ipv4;
    ipv4_options_h      ipv4_options;
    ipv6_h              ipv6;
    tcp_h               tcp;
    udp_h               udp;
    int_shim_h          int_shim;
    int_md_h            int_md;
    int_node_id_h       hop_node;
    int_ports_h         hop_ports;
    int_latency_h       hop_latency;
    int_queue_h         hop_queue;
    int_time_h          hop_ingress_time;
    int_time_h          hop_egress_time;
    int_l2_ports_h      hop_l2_ports;
    int_fill8_h         hop_fill8;
    int_fill4_h         hop_fill4;
    int_fill2_h         hop_fill2;
    int_fill1_h         hop_fill1;
    int_stack_h         int_stack;

    // Never emitted: what a sink took off, kept for the egress clone that becomes the report. The clone is made from the
    // headers as they are at the end of egress, and only headers (not metadata) can carry a variable-length field.
    int_shim_h          mirror_shim;
    int_md_h            mirror_md;
    int_stack_h         mirror_stack;
}

// Metadata fields that an egress clone keeps.
enum bit<8> FieldList {
    REPORT = 1
}

struct metadata_t {
    // Parser and forwarding.
    bit<6>  dscp;
    bit<8>  protocol;
    bit<8>  l4_protocol;
    bit<16> ether_type;
    bit<16> l4_src_port;
    bit<16> l4_dst_port;
    bit<16> ecmp_group;
    bit<16> ecmp_size;
    bit<16> ecmp_select;
    bit<32> ecmp_seed;
    bit<8>  drop_reason;

    // INT role of this node for this packet.
    bit<1>  int_arrived;            // carries INT that this program handles
    bit<1>  source_port;
    bit<1>  source;
    bit<8>  source_max_hops;
    bit<5>  source_hop_words;
    bit<16> source_instructions;
    bit<1>  sink;
    bit<32> sink_session;
    bit<1>  discarded;              // by the D bit, after extraction

    // This node, from int_node.
    bit<1>  node_configured;
    bit<32> node_id;
    bit<32> node_mtu;

    // What this node measured of the packet; the report's clone keeps it, because its own port and queue are others.
    @field_list(FieldList.REPORT)
    bit<9>  hop_ingress_port;
    @field_list(FieldList.REPORT)
    bit<9>  hop_egress_port;
    @field_list(FieldList.REPORT)
    bit<3>  hop_queue_id;
    @field_list(FieldList.REPORT)
    bit<19> hop_occupancy;
    @field_list(FieldList.REPORT)
    bit<48> hop_ingress_time;
    @field_list(FieldList.REPORT)
    bit<48> hop_egress_time;

    bit<5>  hop_words;              // words that the instructions demand of a hop
    bit<5>  hop_fill_words;         // those of them that are filled with ones

    bit<16> added_bytes;            // what INT adds to the packet's lengths here; negative at a sink
    // Sum of the 16-bit words added to what the L4 checksum covers, and of the complements of those taken away.
    bit<32> checksum_delta;
    bit<16> checksum;

    // Report, from int_report.
    bit<1>  is_report;              // this is the clone that becomes the report
    bit<1>  report_configured;
    bit<48> report_src_mac;
    bit<48> report_dst_mac;
    bit<32> report_src_addr;
    bit<32> report_dst_addr;
    bit<16> report_udp_port;
    bit<6>  report_hw_id;
    bit<22> report_sequence;
    bit<16> report_words;           // of the inner packet
    bit<32> report_bytes;           // of the whole frame
}

#endif
