#ifndef TELEMETRY_INT_MD_P4
#define TELEMETRY_INT_MD_P4

#include "report_headers.p4"

// INT-MD, dataplane specification v2.1.

const bit<4> INT_TYPE_MD = 1;

const bit<8>  INT_MD_WORDS = 3;         // words of the MD header, as the shim counts them
const bit<8>  INT_MAX_LENGTH = 255;     // largest shim length: MD header and 252 words of stack
const bit<16> INT_FIXED_BYTES = 16;     // shim and MD header

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

// What one hop adds: this, then the values of report_headers.p4, one header for each instruction.
header int_node_id_h {
    bit<32> id;
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

// What earlier hops added, newest first.
header int_stack_h {
    varbit<8064> data;
}

// One of them, up to 19 words.
header int_hop_h {
    varbit<608> data;
}

#endif
