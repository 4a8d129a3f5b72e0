// Hashes of every kind over one key, and registers indexed by one of them; a register is read and written in one action.
#include <core.p4>
#include <v1model.p4>

header key_h {
    bit<32> left;
    bit<32> right;
    bit<16> selector;
}

header result_h {
    bit<32> crc32;
    bit<16> crc16;
    bit<16> csum16;
    bit<16> xor16;
    bit<32> identity;
    bit<16> bucket;
    bit<32> seen;
    bit<64> total;
}

struct headers_t {
    key_h    key;
    result_h result;
}

struct metadata_t {
    bit<32> index;
}

parser HashParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.key);
        transition accept;
    }
}

control HashVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control HashIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    register<bit<32>>(64) packets_seen;
    register<bit<64>>(64) bytes_seen;

    action compute() {
        hash(hdr.result.crc32, HashAlgorithm.crc32, 32w0, { hdr.key.left, hdr.key.right, hdr.key.selector }, 64w0x100000000);
        hash(hdr.result.crc16, HashAlgorithm.crc16, 16w0, { hdr.key.left, hdr.key.right, hdr.key.selector }, 32w0x10000);
        hash(hdr.result.csum16, HashAlgorithm.csum16, 16w0, { hdr.key.left, hdr.key.right, hdr.key.selector }, 32w0x10000);
        hash(hdr.result.xor16, HashAlgorithm.xor16, 16w0, { hdr.key.left, hdr.key.right, hdr.key.selector }, 32w0x10000);
        hash(hdr.result.identity, HashAlgorithm.identity, 32w0, { hdr.key.right }, 64w0x100000000);
        hash(hdr.result.bucket, HashAlgorithm.crc16, 16w100, { hdr.key.selector }, 16w7);
        hash(meta.index, HashAlgorithm.crc32, 32w0, { hdr.key.selector }, 32w64);
    }

    action remember(bit<32> step) {
        packets_seen.read(hdr.result.seen, meta.index);
        hdr.result.seen = hdr.result.seen + step;
        packets_seen.write(meta.index, hdr.result.seen);
        bytes_seen.read(hdr.result.total, meta.index);
        hdr.result.total = hdr.result.total + (bit<64>) standard_metadata.packet_length;
        bytes_seen.write(meta.index, hdr.result.total);
    }

    apply {
        if (hdr.key.isValid()) {
            hdr.result.setValid();
            compute();
            remember(1);
            standard_metadata.egress_spec = standard_metadata.ingress_port;
        } else {
            mark_to_drop(standard_metadata);
        }
    }
}

control HashEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
    }
}

control HashCompute(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control HashDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.key);
        packet.emit(hdr.result);
    }
}

V1Switch(HashParser(), HashVerify(), HashIngress(), HashEgress(), HashCompute(), HashDeparser()) main;
