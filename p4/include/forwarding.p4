#ifndef TELEMETRY_FORWARDING_P4
#define TELEMETRY_FORWARDING_P4

// IPv4 routing with ECMP, and what happens to everything else. Needs in headers_t: ethernet, ipv4; in metadata_t: l4_src_port,
// l4_dst_port, ecmp_group, ecmp_size, ecmp_select, ecmp_seed, drop_reason.

// Indices of the counter Ingress.drops.
const bit<32> DROP_MALFORMED = 0;       // no whole Ethernet or IPv4 header, or a wrong header checksum
const bit<32> DROP_TTL = 1;             // TTL 0 or 1 on arrival
const bit<32> DROP_NO_ROUTE = 2;        // no route, or a route that says drop
const bit<32> DROP_NO_NEXT_HOP = 3;     // an ECMP group without the member that was selected
const bit<32> DROP_ETHER_TYPE = 4;      // an EtherType that l2_punt doesn't know
const bit<32> DROP_REASONS = 8;

control Forwarding(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.drop")
    action drop() {
        mark_to_drop(standard_metadata);
    }

    @name(".Ingress.set_next_hop")
    action set_next_hop(bit<48> dst_mac, bit<9> port) {
        standard_metadata.egress_spec = port;
        hdr.ethernet.src_addr = hdr.ethernet.dst_addr;
        hdr.ethernet.dst_addr = dst_mac;
        hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
    }

    // Dropped unless ecmp_nhop finds the member.
    @name(".Ingress.set_ecmp_group")
    action set_ecmp_group(bit<16> group_id, bit<16> size) {
        mark_to_drop(standard_metadata);
        meta.ecmp_group = group_id;
        meta.ecmp_size = size;
    }

    @name(".Ingress.set_ecmp_seed")
    action set_ecmp_seed(bit<32> seed) {
        meta.ecmp_seed = seed;
    }

    @name(".Ingress.send_to_cpu")
    action send_to_cpu() {
        standard_metadata.egress_spec = CPU_PORT;
    }

    // Egress drops the copy that would go back where the frame came from.
    @name(".Ingress.flood")
    action flood(bit<16> mcast_group) {
        standard_metadata.mcast_grp = mcast_group;
    }

    @name(".Ingress.ipv4_lpm")
    table ipv4_lpm {
        key = {
            hdr.ipv4.dst_addr: lpm;
        }
        actions = {
            set_next_hop;
            set_ecmp_group;
            drop;
        }
        default_action = drop();
        size = 4096;
    }

    @name(".Ingress.ecmp_config")
    table ecmp_config {
        actions = {
            set_ecmp_seed;
            NoAction;
        }
        default_action = NoAction();
    }

    @name(".Ingress.ecmp_nhop")
    table ecmp_nhop {
        key = {
            meta.ecmp_group: exact;
            meta.ecmp_select: exact;
        }
        actions = {
            set_next_hop;
            drop;
        }
        default_action = drop();
        size = 4096;
    }

    @name(".Ingress.l2_punt")
    table l2_punt {
        key = {
            hdr.ethernet.ether_type: exact;
        }
        actions = {
            send_to_cpu;
            drop;
            flood;
        }
        default_action = drop();
        size = 64;
    }

    // CRC is linear: a seed that is merely hashed along flips the same bits for every flow, and two hops in a row would still
    // choose in step. So the seed goes in afterwards, and the multiplications carry it into the upper bits, which choose.
    @hidden
    action select_member() {
        bit<32> mixed;
        hash(mixed, HashAlgorithm.crc32, 32w0,
             { hdr.ipv4.src_addr, hdr.ipv4.dst_addr, hdr.ipv4.protocol, meta.l4_src_port, meta.l4_dst_port },
             64w0x100000000);
        mixed = (mixed ^ meta.ecmp_seed) * 0x9e3779b1;
        mixed = (mixed ^ (mixed >> 15)) * 0x85ebca77;
        // The upper half scaled to 0 .. size - 1; the target has no division by a value known only at run time.
        meta.ecmp_select = (bit<16>) (((mixed >> 16) * (bit<32>) meta.ecmp_size) >> 16);
    }

    apply {
        if (hdr.ipv4.isValid()) {
            if (hdr.ipv4.version != 4 || hdr.ipv4.ihl < 5 || standard_metadata.checksum_error == 1) {
                meta.drop_reason = DROP_MALFORMED;
                drop();
            } else if (hdr.ipv4.ttl <= 1) {
                meta.drop_reason = DROP_TTL;
                drop();
            } else {
                meta.drop_reason = DROP_NO_ROUTE;
                ipv4_lpm.apply();
                if (meta.ecmp_size != 0) {
                    meta.drop_reason = DROP_NO_NEXT_HOP;
                    ecmp_config.apply();
                    select_member();
                    ecmp_nhop.apply();
                }
            }
        } else if (hdr.ethernet.isValid() && hdr.ethernet.ether_type != ETHERTYPE_IPV4) {
            if (hdr.ethernet.ether_type == ETHERTYPE_LLDP) {
                send_to_cpu();
            } else {
                meta.drop_reason = DROP_ETHER_TYPE;
                l2_punt.apply();
            }
        } else {
            meta.drop_reason = DROP_MALFORMED;
            drop();
        }
    }
}

#endif
