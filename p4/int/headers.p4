#ifndef TELEMETRY_INT_HEADERS_P4
#define TELEMETRY_INT_HEADERS_P4

#include "../include/protocols.p4"
#include "../include/telemetry.p4"
#include "../include/int_shim.p4"
#include "../include/int_md.p4"

// Hops that the report filter can look into.
#define FILTER_HOPS 16

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
    int_hop_h[FILTER_HOPS] hops;        // the stack in pieces, on the way to the report filter only
    int_stack_h         int_stack;
    // The packet's own L4 header where INT has a UDP header of its own: set by the source, payload everywhere else.
    tcp_h               inner_tcp;
    udp_h               inner_udp;

    // Never emitted: what was taken off, kept for the egress clone that becomes the report. The clone is made from the
    // headers as they are at the end of egress, and only headers (not metadata) can carry a variable-length field.
    udp_h               mirror_udp;
    int_shim_h          mirror_shim;
    int_md_h            mirror_md;
    int_stack_h         mirror_stack;
}

#endif
