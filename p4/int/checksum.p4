#ifndef TELEMETRY_INT_CHECKSUM_P4
#define TELEMETRY_INT_CHECKSUM_P4

#include "../include/checksum.p4"

control IntVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Verify() ipv4_verify;

    apply {
        ipv4_verify.apply(hdr);
    }
}

control IntComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    Ipv4Update() ipv4_update;

    apply {
        ipv4_update.apply(hdr);
        update_checksum(hdr.report_ipv4.isValid(),
            { hdr.report_ipv4.version, hdr.report_ipv4.ihl, hdr.report_ipv4.dscp, hdr.report_ipv4.ecn,
              hdr.report_ipv4.total_len, hdr.report_ipv4.identification, hdr.report_ipv4.flags,
              hdr.report_ipv4.frag_offset, hdr.report_ipv4.ttl, hdr.report_ipv4.protocol,
              hdr.report_ipv4.src_addr, hdr.report_ipv4.dst_addr },
            hdr.report_ipv4.hdr_checksum, HashAlgorithm.csum16);
    }
}

// The two 16-bit words of a 32-bit word, added.
bit<32> sum_of_halves(in bit<32> word) {
    return (bit<32>) word[31:16] + (bit<32>) word[15:0];
}

// Adds meta.added_bytes, which may be negative, to the lengths. What this does to the L4 checksum goes into
// meta.checksum_delta: UDP counts its length twice, in its header and in the pseudo header.
control L4Lengths(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action resize() {
        bit<16> old_length = hdr.ipv4.total_len;
        hdr.ipv4.total_len = old_length + meta.added_bytes;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) (~old_length) + (bit<32>) hdr.ipv4.total_len;
    }

    @hidden
    action resize_udp() {
        bit<16> old_length = hdr.udp.length;
        hdr.udp.length = old_length + meta.added_bytes;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) (~old_length) + (bit<32>) hdr.udp.length;
    }

    apply {
        resize();
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
        } else if (hdr.udp.checksum != 0) {
            update(hdr.udp.checksum);
            // UDP writes a sum of 0 as all ones: 0 says "no checksum".
            hdr.udp.checksum = meta.checksum == 0 ? 16w0xffff : meta.checksum;
        }
    }
}

#endif
