#ifndef TELEMETRY_INT_MX_P4
#define TELEMETRY_INT_MX_P4

// INT-MX, dataplane specification v2.1: the packet carries instructions, and nothing else.

const bit<4> INT_TYPE_MX = 3;

const bit<8>  INT_MX_WORDS = 3;         // words of the MX header, as the shim counts them
const bit<16> INT_MX_BYTES = 16;        // shim and MX header

header int_mx_h {
    bit<4>  version;
    bit<1>  discard;
    bit<27> reserved;
    bit<16> instructions;
    bit<16> domain_id;
    bit<16> ds_instructions;
    bit<16> ds_flags;
}

#endif
