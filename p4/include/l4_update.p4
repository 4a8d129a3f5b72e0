#ifndef TELEMETRY_L4_UPDATE_P4
#define TELEMETRY_L4_UPDATE_P4

// Lengths and L4 checksum of a packet that INT was put into or taken from.

// Adds meta.added_bytes, which may be negative, to the lengths. What this does to the L4 checksum goes into
// meta.checksum_delta: UDP counts its length twice, in its header and in the pseudo header.
control L4Lengths(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action resize_ipv4() {
        bit<16> old_length = hdr.ipv4.total_len;
        hdr.ipv4.total_len = old_length + meta.added_bytes;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) (~old_length) + (bit<32>) hdr.ipv4.total_len;
    }

    @hidden
    action resize_ipv6() {
        bit<16> old_length = hdr.ipv6.payload_len;
        hdr.ipv6.payload_len = old_length + meta.added_bytes;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) (~old_length) + (bit<32>) hdr.ipv6.payload_len;
    }

    @hidden
    action resize_udp() {
        bit<16> old_length = hdr.udp.length;
        hdr.udp.length = old_length + meta.added_bytes;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) (~old_length) + (bit<32>) hdr.udp.length;
    }

    apply {
        if (hdr.ipv4.isValid()) {
            resize_ipv4();
        } else {
            resize_ipv6();
        }
        if (hdr.udp.isValid()) {
            resize_udp();
        }
    }
}

// Updates the L4 checksum by meta.checksum_delta (RFC 1624, equation 3). Nothing is computed over the payload, so a packet
// that was damaged before it came here stays recognisably damaged, and taking INT off restores the sender's own value.
control L4Checksum(inout headers_t hdr, inout metadata_t meta) {
    // The hash adds, folds and complements.
    @hidden
    action update(in bit<16> old_checksum) {
        hash(meta.checksum, HashAlgorithm.csum16, 16w0, { meta.checksum_delta, ~old_checksum }, 32w0x10000);
    }

    apply {
        if (hdr.tcp.isValid()) {
            update(hdr.tcp.checksum);
            hdr.tcp.checksum = meta.checksum;
        } else if (hdr.udp.isValid() && hdr.udp.checksum != 0) {
            update(hdr.udp.checksum);
            // UDP writes a sum of 0 as all ones: 0 says "no checksum".
            hdr.udp.checksum = meta.checksum == 0 ? 16w0xffff : meta.checksum;
        }
    }
}

#endif
