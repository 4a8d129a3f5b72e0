#ifndef TELEMETRY_REPORT_P4
#define TELEMETRY_REPORT_P4

// Telemetry Report Format v2.0: one individual report for each datagram.

const bit<4> REPORT_VERSION = 2;
const bit<4> REPORT_INNER_ONLY = 0;
const bit<4> REPORT_INNER_IPV4 = 4;

header report_group_h {
    bit<4>  version;
    bit<6>  hw_id;
    bit<22> sequence;
    bit<32> node_id;
}

header report_individual_h {
    bit<4> report_type;
    bit<4> inner_type;
    bit<8> report_length;   // words after this header
    bit<8> metadata_length;
    bit<1> dropped;
    bit<1> congested_queue;
    bit<1> tracked_flow;
    bit<1> intermediate;
    bit<4> reserved;
}

#endif
