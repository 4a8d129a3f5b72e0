#ifndef TELEMETRY_FORWARDING_P4
#define TELEMETRY_FORWARDING_P4

#include "flow_hash.p4"

// IPv4 and IPv6 routing with ECMP, and what happens to everything else. Needs in headers_t: ethernet, outer_vlan, vlan, ipv4,
// ipv6; in metadata_t: protocol, l4_src_port, l4_dst_port, ether_type, ecmp_group, ecmp_select, ecmp_seed, router_mac,
// flow_hash, drop_reason.

// Reasons of drops: indices of the counter Ingress.drops, and the reason in a drop report. Below 70 they are those of
// p4lang/switch, which other collectors know as well.
const bit<8> DROP_IP_VERSION = 30;      // version or header length of IPv4 or IPv6 wrong
const bit<8> DROP_TTL = 31;             // TTL or hop limit 0 or 1 on arrival
const bit<8> DROP_NO_ROUTE = 29;        // no route
const bit<8> DROP_DENIED = 60;          // a route or an EtherType with the action drop
const bit<8> DROP_TRUNCATED = 70;       // no whole Ethernet, VLAN or IP header
const bit<8> DROP_CHECKSUM = 71;        // IPv4 header checksum wrong
const bit<8> DROP_NO_NEXT_HOP = 72;     // an ECMP group that is not there, or has no live member and no live backup
const bit<8> DROP_ETHER_TYPE = 73;      // an EtherType that l2_punt doesn't know
const bit<32> DROP_REASONS = 256;

control Forwarding(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Ingress.drop")
    action drop() {
        meta.drop_reason = DROP_DENIED;
        mark_to_drop(standard_metadata);
    }

    @name(".Ingress.drop_as")
    action drop_as(bit<8> reason) {
        meta.drop_reason = reason;
        mark_to_drop(standard_metadata);
    }

    @name(".Ingress.set_next_hop")
    action set_next_hop(bit<48> dst_mac, bit<9> port) {
        standard_metadata.egress_spec = port;
        hdr.ethernet.src_addr = hdr.ethernet.dst_addr;
        hdr.ethernet.dst_addr = dst_mac;
    }

    // Group ids are 1 and more.
    @name(".Ingress.set_ecmp_group")
    action set_ecmp_group(bit<16> group_id) {
        meta.ecmp_group = group_id;
    }

    // May follow set_next_hop, which has overwritten the router's own MAC address.
    @name(".Ingress.set_backup_hop")
    action set_backup_hop(bit<48> dst_mac, bit<9> port) {
        standard_metadata.egress_spec = port;
        hdr.ethernet.src_addr = meta.router_mac;
        hdr.ethernet.dst_addr = dst_mac;
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
            @defaultonly drop_as;
        }
        default_action = drop_as(DROP_NO_ROUTE);
        size = 4096;
    }

    @name(".Ingress.ipv6_lpm")
    table ipv6_lpm {
        key = {
            hdr.ipv6.dst_addr: lpm;
        }
        actions = {
            set_next_hop;
            set_ecmp_group;
            drop;
            @defaultonly drop_as;
        }
        default_action = drop_as(DROP_NO_ROUTE);
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

    // The selectors take ecmp_select as it is, modulo the number of live members.
    @name(".Ingress.ecmp_members")
    action_selector(HashAlgorithm.identity, 32w4096, 32w16) ecmp_members;

    @name(".Ingress.ecmp_group")
    table ecmp_group {
        key = {
            meta.ecmp_group: exact;
            meta.ecmp_select: selector;
        }
        actions = {
            set_next_hop;
            @defaultonly NoAction;
        }
        implementation = ecmp_members;
        size = 4096;
    }

    @name(".Ingress.ecmp_backup_members")
    action_selector(HashAlgorithm.identity, 32w4096, 32w16) ecmp_backup_members;

    @name(".Ingress.ecmp_backup")
    table ecmp_backup {
        key = {
            meta.ecmp_group: exact;
            meta.ecmp_select: selector;
        }
        actions = {
            set_backup_hop;
            @defaultonly NoAction;
        }
        implementation = ecmp_backup_members;
        size = 4096;
    }

    @name(".Ingress.l2_punt")
    table l2_punt {
        key = {
            meta.ether_type: exact @name("hdr.ethernet.ether_type");
        }
        actions = {
            send_to_cpu;
            drop;
            flood;
            @defaultonly drop_as;
        }
        default_action = drop_as(DROP_ETHER_TYPE);
        size = 64;
    }

    // CRC is linear: a seed that is merely hashed along flips the same bits for every flow, and two hops in a row would still
    // choose in step. So the seed goes in afterwards, and the multiplications carry it into the upper bits, which choose.
    @hidden
    action select_member() {
        bit<32> mixed = (meta.flow_hash ^ meta.ecmp_seed) * 0x9e3779b1;
        mixed = (mixed ^ (mixed >> 15)) * 0x85ebca77;
        meta.ecmp_select = (bit<16>) (mixed >> 16);
        meta.router_mac = hdr.ethernet.dst_addr;
        standard_metadata.egress_spec = DROP_PORT; // unless a member is found
    }

    @hidden
    action decrement_ttl() {
        hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
    }

    @hidden
    action decrement_hop_limit() {
        hdr.ipv6.hop_limit = hdr.ipv6.hop_limit - 1;
    }

    @hidden
    action find_ether_type() {
        meta.ether_type = hdr.vlan.isValid() ? hdr.vlan.ether_type
            : (hdr.outer_vlan.isValid() ? hdr.outer_vlan.ether_type : hdr.ethernet.ether_type);
    }

    FlowHash() flow_hash;

    apply {
        // What isn't IP; and IPv6's neighbour discovery, whose hop limit no router may have touched: where that isn't punted,
        // it is like any packet. One place for both, as the target allows a table no other.
        bool punted = false;
        if (!hdr.ipv4.isValid()) {
            find_ether_type();
            bool truncated = !hdr.ipv6.isValid() && (!hdr.ethernet.isValid() || meta.ether_type == ETHERTYPE_IPV4 || meta.ether_type == ETHERTYPE_IPV6);
            if (truncated) {
                drop_as(DROP_TRUNCATED);
            } else if (meta.ether_type == ETHERTYPE_LLDP) {
                send_to_cpu();
            } else if (!hdr.ipv6.isValid() || (hdr.ipv6.next_header == PROTOCOL_ICMPV6 && hdr.ipv6.hop_limit == 255)) {
                punted = l2_punt.apply().hit;
            }
        }
        if (hdr.ipv4.isValid()) {
            if (hdr.ipv4.version != 4 || hdr.ipv4.ihl < 5) {
                drop_as(DROP_IP_VERSION);
            } else if (standard_metadata.checksum_error == 1) {
                drop_as(DROP_CHECKSUM);
            } else if (hdr.ipv4.ttl <= 1) {
                drop_as(DROP_TTL);
            } else {
                decrement_ttl();
                ipv4_lpm.apply();
            }
        } else if (hdr.ipv6.isValid() && !punted) {
            if (hdr.ipv6.version != 6) {
                drop_as(DROP_IP_VERSION);
            } else if (hdr.ipv6.hop_limit <= 1) {
                drop_as(DROP_TTL);
            } else {
                decrement_hop_limit();
                ipv6_lpm.apply();
            }
        }
        if (meta.ecmp_group != 0) {
            ecmp_config.apply();
            flow_hash.apply(hdr, meta);
            select_member();
            ecmp_group.apply();
            // No member is alive; or the one selected is who sent the packet: its own way there is cut, and it is to go another.
            // In a backup with the same members the next number selects another one.
            if (standard_metadata.egress_spec == DROP_PORT || standard_metadata.egress_spec == standard_metadata.ingress_port) {
                meta.ecmp_select = meta.ecmp_select + 1;
                ecmp_backup.apply();
            }
            if (standard_metadata.egress_spec == DROP_PORT) {
                drop_as(DROP_NO_NEXT_HOP);
            }
        }
    }
}

#endif
