// A label stack and a variable-length header. Layout: count8 command8, count labels of 4 bytes, then length8 and that many
// bytes, then payload. Command 1 pushes a label, 2 pops one, 3 copies the variable part to the front, 4 writes by index.
#include <core.p4>
#include <v1model.p4>

header control_h {
    bit<8> count;
    bit<8> command;
}

header label_h {
    bit<24> value;
    bit<8>  depth;
}

header blob_h {
    bit<8>      length;
    varbit<256> data;
}

header summary_h {
    bit<8> last_index;
    bit<8> valid_flags;
}

struct headers_t {
    control_h  ctl;
    label_h[4] labels;
    summary_h  summary;
    blob_h     copy;
    blob_h     blob;
}

struct metadata_t {
    bit<8> remaining;
}

parser StackParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ctl);
        meta.remaining = hdr.ctl.count;
        transition next_label;
    }

    state next_label {
        transition select(meta.remaining) {
            0: parse_blob;
            default: parse_label;
        }
    }

    // A fifth label is an error: the stack is out of bounds.
    state parse_label {
        packet.extract(hdr.labels.next);
        meta.remaining = meta.remaining - 1;
        transition next_label;
    }

    state parse_blob {
        bit<8> length = packet.lookahead<bit<8>>();
        packet.extract(hdr.blob, ((bit<32>) length) << 3);
        transition accept;
    }
}

control StackVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control StackIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action push(bit<24> value) {
        hdr.labels.push_front(1);
        hdr.labels[0].setValid();
        hdr.labels[0].value = value;
        hdr.labels[0].depth = hdr.ctl.count;
        hdr.ctl.count = hdr.ctl.count + 1;
    }

    action pop() {
        hdr.labels.pop_front(1);
        hdr.ctl.count = hdr.ctl.count - 1;
    }

    action copy_blob() {
        hdr.copy = hdr.blob;
    }

    action rewrite() {
        hdr.labels[2].setValid();
        hdr.labels[2].value = hdr.labels[0].value + 1;
        hdr.labels[2].depth = 0xee;
        hdr.labels[1].setInvalid();
    }

    apply {
        if (!hdr.ctl.isValid()) {
            mark_to_drop(standard_metadata);
            return;
        }
        standard_metadata.egress_spec = standard_metadata.ingress_port;
        if (standard_metadata.parser_error == error.StackOutOfBounds) {
            hdr.summary.setValid();
            hdr.summary.last_index = 0xff;
        } else if (hdr.ctl.command == 1) {
            push(0xabcdef);
        } else if (hdr.ctl.command == 2) {
            pop();
        } else if (hdr.ctl.command == 3) {
            copy_blob();
        } else if (hdr.ctl.command == 4 && hdr.labels[0].isValid()) {
            rewrite();
        } else {
            hdr.summary.setValid();
            if (hdr.labels[0].isValid()) {
                hdr.summary.valid_flags = hdr.summary.valid_flags | 1;
            }
            if (hdr.labels[3].isValid()) {
                hdr.summary.valid_flags = hdr.summary.valid_flags | 8;
            }
        }
    }
}

control StackEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
    }
}

control StackCompute(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control StackDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ctl);
        packet.emit(hdr.labels);
        packet.emit(hdr.summary);
        packet.emit(hdr.copy);
        packet.emit(hdr.blob);
    }
}

V1Switch(StackParser(), StackVerify(), StackIngress(), StackEgress(), StackCompute(), StackDeparser()) main;
