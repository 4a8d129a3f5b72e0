#ifndef TELEMETRY_TELEMETRY_P4
#define TELEMETRY_TELEMETRY_P4

// What the programs that measure share: their metadata, and what their clones are for.

// A report is made of a clone of the packet. Its metadata is zero but for this list.
enum bit<8> FieldList {
    REPORT = 1
}

enum bit<3> Mirror {
    NONE = 0,           // not a clone
    TRACKED = 1,        // a packet of a watched flow, with INT as it left the last hop
    INTERMEDIATE = 2,   // one whose stack has been taken off on the way
    QUEUE = 3,          // a packet that met a congested queue
    DROP = 4,           // a packet that was dropped
    POSTCARD = 5,       // a packet of a watched flow, with what this node alone measured
    FILTER = 6,         // TRACKED on its way round, to be looked into by the report filter
    FILTERED = 7        // TRACKED that the filter let pass
}

struct metadata_t {
    // The flow. INT changes none of it.
    bit<6>  dscp;
    @field_list(FieldList.REPORT)
    bit<8>  protocol;
    bit<8>  l4_protocol;            // 0 without a TCP or UDP header
    @field_list(FieldList.REPORT)
    bit<16> l4_src_port;
    @field_list(FieldList.REPORT)
    bit<16> l4_dst_port;
    @field_list(FieldList.REPORT)
    bit<1>  l4_ports;               // both are there, though INT may hide the header
    bit<32> flow_hash;

    // Forwarding.
    bit<16> ether_type;
    bit<16> ecmp_group;
    bit<16> ecmp_select;
    bit<32> ecmp_seed;
    bit<48> router_mac;
    @field_list(FieldList.REPORT)
    bit<8>  drop_reason;

    // INT role of this node for this packet.
    bit<1>  int_arrived;            // carries INT that this program handles
    bit<1>  source_port;
    bit<1>  source;
    bit<1>  source_udp;             // INT goes behind a UDP header of its own
    bit<8>  source_max_hops;
    bit<5>  source_hop_words;
    @field_list(FieldList.REPORT)
    bit<16> source_instructions;
    bit<16> source_rate;
    bit<16> source_sample;
    bit<1>  sink;
    bit<32> mirror_session;
    bit<1>  postcard;               // this node reports the packet
    bit<1>  discarded;              // by the D bit, after extraction

    // This node, from int_node.
    bit<1>  node_configured;
    bit<32> node_id;
    bit<32> node_mtu;

    // What this node measured of the packet; a clone keeps it, because its own port and queue are others.
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

    // Clones.
    bit<1>  is_clone;
    @field_list(FieldList.REPORT)
    bit<3>  mirror;                 // a Mirror: of a clone what it is for, of a packet what its clone will be for
    @field_list(FieldList.REPORT)
    bit<1>  queue_congested;
    @field_list(FieldList.REPORT)
    bit<1>  queue_report;           // within the quota of this congestion

    // Report filter: thresholds, and what it compares.
    @field_list(FieldList.REPORT)
    bit<1>  filter;
    @field_list(FieldList.REPORT)
    bit<32> filter_latency;
    @field_list(FieldList.REPORT)
    bit<32> filter_timer;
    @field_list(FieldList.REPORT)
    bit<9>  filter_port;            // where the report goes if it passes
    bit<1>  filter_passed;
    bit<32> path_hash;
    bit<32> path_latency;
    bit<8>  stack_words;            // of the stack, not parsed yet

    // Report.
    bit<1>  report_configured;
    bit<48> report_src_mac;
    bit<48> report_dst_mac;
    bit<32> report_src_addr;
    bit<32> report_dst_addr;
    bit<16> report_udp_port;
    bit<6>  report_hw_id;
    bit<16> report_destinations;    // 0 and 1: the default one
    bit<16> report_destination;
    bit<22> report_sequence;
    bit<16> report_bits;            // of the main contents; 0 for none
    bit<8>  report_metadata_words;
    bit<1>  report_tracked;
    bit<4>  report_inner_type;
    bit<16> report_inner_words;
    bit<16> report_words;           // all behind the individual header
    bit<32> report_bytes;           // of the whole frame
}

#endif
