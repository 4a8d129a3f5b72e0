#ifndef TELEMETRY_INT_CARRIER_P4
#define TELEMETRY_INT_CARRIER_P4

#include "flow_hash.p4"

// What INT does to the headers in front of it: a DSCP value, or a UDP header of its own between IP and the packet's L4 header.
// Needs in headers_t: ipv4, ipv6, tcp, udp, int_shim, inner_tcp, inner_udp, mirror_udp.

// The parser looks at the shim alone; here its length is held against the datagram's. Only then is INT touched.
control IntArrived(in headers_t hdr, inout metadata_t meta, in standard_metadata_t standard_metadata) {
    @hidden
    action check(bit<16> l4_bytes) {
        bit<16> needed = l4_bytes + (((bit<16>) hdr.int_shim.length + 1) << 2);
        bit<16> room = hdr.ipv4.isValid() ? (hdr.ipv4.total_len |-| 20) : hdr.ipv6.payload_len;
        meta.int_arrived = needed <= room ? 1w1 : 1w0;
    }

    apply {
        if (standard_metadata.parser_error == error.NoError) {
            if (hdr.tcp.isValid()) {
                check(20);
            } else {
                check(8);
            }
        }
    }
}

// A UDP header for INT, without checksum, because what follows INT has its own; the source port tells flows apart. It is kept in
// mirror_udp until it is known that the packet gets it.
control IntOwnUdp(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action write_udp() {
        hdr.int_shim.npt = NPT_PROTOCOL;
        hdr.int_shim.original = meta.protocol;
        hdr.mirror_udp.setValid();
        hdr.mirror_udp.src_port = 1w1 ++ meta.flow_hash[14:0];
        hdr.mirror_udp.dst_port = INT_UDP_PORT;
        hdr.mirror_udp.length = 0;
        hdr.mirror_udp.checksum = 0;
        meta.added_bytes = meta.added_bytes + UDP_BYTES;
    }

    FlowHash() flow_hash;

    apply {
        flow_hash.apply(hdr, meta);
        write_udp();
    }
}

// Makes the packet one that carries INT, as its shim says. The lengths of IP and UDP are those without INT still.
control IntMark(inout headers_t hdr) {
    @hidden
    action move_tcp() {
        hdr.inner_tcp = hdr.tcp;
        hdr.tcp.setInvalid();
    }

    @hidden
    action move_udp() {
        hdr.inner_udp = hdr.udp;
    }

    @hidden
    action insert_udp() {
        hdr.udp = hdr.mirror_udp;
        hdr.udp.length = hdr.ipv4.isValid() ? hdr.ipv4.total_len - 20 : hdr.ipv6.payload_len;
    }

    apply {
        if (hdr.int_shim.npt == NPT_PROTOCOL) {
            if (hdr.tcp.isValid()) {
                move_tcp();
            } else if (hdr.udp.isValid()) {
                move_udp();
            }
            insert_udp();
            if (hdr.ipv4.isValid()) {
                hdr.ipv4.protocol = PROTOCOL_UDP;
            } else {
                hdr.ipv6.next_header = PROTOCOL_UDP;
            }
        } else if (hdr.ipv4.isValid()) {
            hdr.ipv4.dscp = INT_DSCP;
        } else {
            hdr.ipv6.dscp = INT_DSCP;
        }
    }
}

// Gives the packet back what the shim says it had.
control IntUnmark(inout headers_t hdr) {
    apply {
        if (hdr.int_shim.npt == NPT_PROTOCOL) {
            hdr.udp.setInvalid();
            if (hdr.ipv4.isValid()) {
                hdr.ipv4.protocol = hdr.int_shim.original;
            } else {
                hdr.ipv6.next_header = hdr.int_shim.original;
            }
        } else if (hdr.ipv4.isValid()) {
            hdr.ipv4.dscp = hdr.int_shim.original[7:2];
        } else {
            hdr.ipv6.dscp = hdr.int_shim.original[7:2];
        }
    }
}

#endif
