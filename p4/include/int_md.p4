#ifndef TELEMETRY_INT_MD_P4
#define TELEMETRY_INT_MD_P4

// INT-MD, dataplane specification v2.1, over TCP and UDP with next-protocol type 0.

// DSCP value that says "INT follows the L4 header" in this domain.
#define INT_DSCP 0x17

const bit<4> INT_TYPE_MD = 1;
const bit<4> INT_VERSION = 2;

const bit<8>  INT_MD_WORDS = 3;         // words of the MD header, as the shim counts them
const bit<8>  INT_MAX_LENGTH = 195;     // largest shim length handled: MD header and 16 hops of 12 words
const bit<16> INT_FIXED_BYTES = 16;     // shim and MD header

header int_shim_h {
    bit<4> int_type;
    bit<2> npt;
    bit<2> reserved1;
    bit<8> length;          // words after the shim
    bit<8> reserved2;
    bit<6> dscp;            // what the packet carried before the source marked it
    bit<2> reserved3;
}

header int_md_h {
    bit<4>  version;
    bit<1>  discard;
    bit<1>  exceeded_hops;
    bit<1>  exceeded_mtu;
    bit<12> reserved;
    bit<5>  hop_words;      // words each hop adds
    bit<8>  remaining_hops;
    bit<16> instructions;
    bit<16> domain_id;
    bit<16> ds_instructions;
    bit<16> ds_flags;
}

// What one hop adds: one header for each instruction, in the order of the bitmap.
header int_node_id_h {
    bit<32> id;
}

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

// Instructions this node has no data for get words of all ones; their number is put together from powers of two.
header int_fill1_h {
    bit<32> ones;
}

header int_fill2_h {
    bit<64> ones;
}

header int_fill4_h {
    bit<128> ones;
}

header int_fill8_h {
    bit<128> ones_high;
    bit<128> ones_low;
}

// What earlier hops added, newest first: up to 16 hops of 12 words.
header int_stack_h {
    varbit<6144> data;
}

#endif
