#ifndef TELEMETRY_INT_SHIM_P4
#define TELEMETRY_INT_SHIM_P4

// How INT is carried over TCP and UDP: dataplane specification v2.1, section 5.6.2.

// Next-protocol type 0: this DSCP value says "INT follows the L4 header" in this domain.
#define INT_DSCP 0x17
// Next-protocol type 2: this UDP destination port says "INT follows, and then the original L4 header".
#define INT_UDP_PORT 32765

const bit<2> NPT_DSCP = 0;
const bit<2> NPT_PROTOCOL = 2;

const bit<4> INT_VERSION = 2;
const bit<16> UDP_BYTES = 8;

header int_shim_h {
    bit<4> int_type;
    bit<2> npt;
    bit<2> reserved1;
    bit<8> length;          // words after the shim
    bit<8> reserved2;
    // Of next-protocol type 0 the DSCP that the packet carried before the source marked it, and two bits of 0; of type 2 the
    // protocol that it had.
    bit<8> original;
}

#endif
