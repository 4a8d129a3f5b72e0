#ifndef TELEMETRY_REPORT_HEADERS_P4
#define TELEMETRY_REPORT_HEADERS_P4

// Headers of Telemetry Report Format v2.0, and the values of one hop, which INT and reports write alike.

header report_group_h {
    bit<4>  version;
    bit<6>  hw_id;
    bit<22> sequence;
    bit<32> node_id;
}

header report_individual_h {
    bit<4> report_type;
    bit<4> inner_type;
    bit<8> report_length;   // words after this header; 255 also for more
    bit<8> metadata_length;
    bit<1> dropped;
    bit<1> congested_queue;
    bit<1> tracked_flow;
    bit<1> intermediate;
    bit<4> reserved;
}

header report_int_h {
    bit<16> bits;
    bit<16> domain_id;
    bit<16> ds_bits;
    bit<16> ds_status;
}

// Values of one hop, in the order of the bitmap.
header int_ports_h {
    bit<16> ingress;
    bit<16> egress;
}

header int_latency_h {
    bit<32> microseconds;
}

header int_queue_h {
    bit<8>  id;
    bit<24> occupancy;      // packets
}

header int_time_h {
    bit<64> microseconds;   // since the switch started
}

header int_l2_ports_h {
    bit<32> ingress;
    bit<32> egress;
}

header report_drop_h {
    bit<8>  queue_id;
    bit<8>  reason;
    bit<16> pad;
}

#endif
