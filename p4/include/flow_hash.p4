#ifndef TELEMETRY_FLOW_HASH_P4
#define TELEMETRY_FLOW_HASH_P4

// Hashes what identifies a flow into meta.flow_hash; the same for a packet with INT and without it. Needs in headers_t: ipv4, ipv6;
// in metadata_t: protocol, l4_src_port, l4_dst_port, flow_hash.
control FlowHash(in headers_t hdr, inout metadata_t meta) {
    @hidden
    action hash_ipv4() {
        hash(meta.flow_hash, HashAlgorithm.crc32, 32w0,
             { hdr.ipv4.src_addr, hdr.ipv4.dst_addr, meta.protocol, meta.l4_src_port, meta.l4_dst_port },
             64w0x100000000);
    }

    @hidden
    action hash_ipv6() {
        hash(meta.flow_hash, HashAlgorithm.crc32, 32w0,
             { hdr.ipv6.src_addr, hdr.ipv6.dst_addr, meta.protocol, meta.l4_src_port, meta.l4_dst_port },
             64w0x100000000);
    }

    apply {
        if (hdr.ipv4.isValid()) {
            hash_ipv4();
        } else if (hdr.ipv6.isValid()) {
            hash_ipv6();
        }
    }
}

#endif
