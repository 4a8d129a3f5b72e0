// Copies of a packet: ingress clone, egress clone, multicast. What a copy is and what it kept is written into the tag.
#include <core.p4>
#include <v1model.p4>

header tag_h {
    bit<8>  command;        // 1 ingress clone, 2 egress clone, 3 multicast, 4 both clones at once, anything else unicast
    bit<8>  instance_type;
    bit<16> rid;
    bit<16> kept;           // in the field list
    bit<16> lost;           // not in it
    bit<16> changed;        // written by ingress: an ingress clone has the packet's own value
    bit<16> port;
}

struct headers_t {
    tag_h tag;
}

enum bit<8> FieldList {
    KEEP = 1
}

struct metadata_t {
    @field_list(FieldList.KEEP)
    bit<16> kept;
    bit<16> lost;
}

parser CopyParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.tag);
        transition accept;
    }
}

control CopyVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control CopyIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action forward(bit<9> port, bit<16> group) {
        standard_metadata.egress_spec = port;
        meta.kept = 0x1111;
        meta.lost = 0x2222;
        hdr.tag.changed = 0x3333;
        if (hdr.tag.command == 1 || hdr.tag.command == 4) {
            clone_preserving_field_list(CloneType.I2E, 5, FieldList.KEEP);
        }
        if (hdr.tag.command == 3) {
            standard_metadata.mcast_grp = group;
        }
    }

    action drop() {
        mark_to_drop(standard_metadata);
    }

    table ports {
        key = {
            standard_metadata.ingress_port: exact;
        }
        actions = {
            forward;
            drop;
        }
        default_action = drop();
        size = 16;
    }

    apply {
        if (hdr.tag.isValid()) {
            ports.apply();
        } else {
            drop();
        }
    }
}

control CopyEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (standard_metadata.instance_type == 0 && (hdr.tag.command == 2 || hdr.tag.command == 4)) {
            clone_preserving_field_list(CloneType.E2E, 6, FieldList.KEEP);
            meta.kept = meta.kept + 1;
        }
        hdr.tag.instance_type = (bit<8>) standard_metadata.instance_type;
        hdr.tag.rid = standard_metadata.egress_rid;
        hdr.tag.kept = meta.kept;
        hdr.tag.lost = meta.lost;
        hdr.tag.port = (bit<16>) standard_metadata.egress_port;
        if (standard_metadata.instance_type == 2) {
            truncate(12);
        }
    }
}

control CopyCompute(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control CopyDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.tag);
    }
}

V1Switch(CopyParser(), CopyVerify(), CopyIngress(), CopyEgress(), CopyCompute(), CopyDeparser()) main;
