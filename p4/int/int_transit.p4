#ifndef TELEMETRY_INT_TRANSIT_P4
#define TELEMETRY_INT_TRANSIT_P4

// Who this node is, and what it measured of the packet.
control IntNode(inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    @name(".Egress.set_node")
    action set_node(bit<32> node_id, bit<16> mtu) {
        meta.node_configured = 1;
        meta.node_id = node_id;
        meta.node_mtu = (bit<32>) mtu;
    }

    @name(".Egress.int_node")
    table int_node {
        actions = {
            set_node;
            NoAction;
        }
        default_action = NoAction();
    }

    @hidden
    action measure() {
        meta.hop_ingress_port = standard_metadata.ingress_port;
        meta.hop_egress_port = standard_metadata.egress_port;
        meta.hop_queue_id = standard_metadata.priority;
        meta.hop_occupancy = standard_metadata.deq_qdepth;
        meta.hop_ingress_time = standard_metadata.ingress_global_timestamp;
        meta.hop_egress_time = standard_metadata.egress_global_timestamp;
    }

    apply {
        int_node.apply();
        if (meta.is_report == 0) {
            measure();
        }
    }
}

// Words that the instructions demand of a hop: bits 0 to 3 one each, bits 4 to 6 two, the others one of ones.
control IntHopWords(in headers_t hdr, inout metadata_t meta) {
    @hidden
    action count_known(in bit<16> bits) {
        meta.hop_words = (bit<5>) bits[15:15] + (bit<5>) bits[14:14] + (bit<5>) bits[13:13] + (bit<5>) bits[12:12]
            + (bit<5>) (bits[11:11] ++ 1w0) + (bit<5>) (bits[10:10] ++ 1w0) + (bit<5>) (bits[9:9] ++ 1w0);
    }

    @hidden
    action count_others(in bit<16> bits) {
        meta.hop_fill_words = (bit<5>) bits[8:8] + (bit<5>) bits[7:7] + (bit<5>) bits[6:6] + (bit<5>) bits[5:5]
            + (bit<5>) bits[4:4] + (bit<5>) bits[3:3] + (bit<5>) bits[2:2] + (bit<5>) bits[1:1] + (bit<5>) bits[0:0];
    }

    apply {
        count_known(hdr.int_md.instructions);
        if (hdr.int_md.instructions[8:0] != 0) {
            count_others(hdr.int_md.instructions);
            meta.hop_words = meta.hop_words + meta.hop_fill_words;
        }
    }
}

// Adds this node's data on top of the stack. meta.hop_words must be known.
control IntPush(inout headers_t hdr, inout metadata_t meta) {
    @hidden
    action exceed_hops() {
        meta.checksum_delta = meta.checksum_delta + (hdr.int_md.exceeded_hops == 0 ? 32w0x0400 : 32w0);
        hdr.int_md.exceeded_hops = 1;
    }

    @hidden
    action exceed_mtu() {
        meta.checksum_delta = meta.checksum_delta + (hdr.int_md.exceeded_mtu == 0 ? 32w0x0200 : 32w0);
        hdr.int_md.exceeded_mtu = 1;
    }

    // One hop fewer remains: 0xfffe is -1 in ones' complement.
    @hidden
    action grow() {
        hdr.int_md.remaining_hops = hdr.int_md.remaining_hops - 1;
        hdr.int_shim.length = hdr.int_shim.length + (bit<8>) meta.hop_words;
        meta.added_bytes = meta.added_bytes + ((bit<16>) meta.hop_words << 2);
        meta.checksum_delta = meta.checksum_delta + (bit<32>) meta.hop_words + 0xfffe;
    }

    @hidden
    action push_node() {
        hdr.hop_node.setValid();
        hdr.hop_node.id = meta.node_id;
        meta.checksum_delta = meta.checksum_delta + sum_of_halves(meta.node_id);
    }

    @hidden
    action push_ports() {
        hdr.hop_ports.setValid();
        hdr.hop_ports.ingress = (bit<16>) meta.hop_ingress_port;
        hdr.hop_ports.egress = (bit<16>) meta.hop_egress_port;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) meta.hop_ingress_port + (bit<32>) meta.hop_egress_port;
    }

    @hidden
    action push_latency() {
        hdr.hop_latency.setValid();
        hdr.hop_latency.microseconds = (bit<32>) (meta.hop_egress_time - meta.hop_ingress_time);
        meta.checksum_delta = meta.checksum_delta + sum_of_halves(hdr.hop_latency.microseconds);
    }

    @hidden
    action push_queue() {
        hdr.hop_queue.setValid();
        hdr.hop_queue.id = (bit<8>) meta.hop_queue_id;
        hdr.hop_queue.occupancy = (bit<24>) meta.hop_occupancy;
        meta.checksum_delta = meta.checksum_delta + sum_of_halves(hdr.hop_queue.id ++ hdr.hop_queue.occupancy);
    }

    @hidden
    action push_ingress_time() {
        hdr.hop_ingress_time.setValid();
        hdr.hop_ingress_time.microseconds = (bit<64>) meta.hop_ingress_time;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) meta.hop_ingress_time[47:32]
            + sum_of_halves(meta.hop_ingress_time[31:0]);
    }

    @hidden
    action push_egress_time() {
        hdr.hop_egress_time.setValid();
        hdr.hop_egress_time.microseconds = (bit<64>) meta.hop_egress_time;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) meta.hop_egress_time[47:32]
            + sum_of_halves(meta.hop_egress_time[31:0]);
    }

    // The target has no port groups: both levels name the same port.
    @hidden
    action push_l2_ports() {
        hdr.hop_l2_ports.setValid();
        hdr.hop_l2_ports.ingress = (bit<32>) meta.hop_ingress_port;
        hdr.hop_l2_ports.egress = (bit<32>) meta.hop_egress_port;
        meta.checksum_delta = meta.checksum_delta + (bit<32>) meta.hop_ingress_port + (bit<32>) meta.hop_egress_port;
    }

    apply {
        bit<32> length = (bit<32>) hdr.ipv4.total_len + (bit<32>) meta.added_bytes + ((bit<32>) meta.hop_words << 2);
        if (meta.node_configured == 0) {
            // Not yet known who this node is.
        } else if (hdr.int_md.remaining_hops == 0) {
            exceed_hops();
        } else if (meta.hop_words == 0 || meta.hop_words != hdr.int_md.hop_words
                   || hdr.int_shim.length > INT_MAX_LENGTH - (bit<8>) meta.hop_words) {
            // Data for a domain that this node doesn't know, or more than the next node could read.
        } else if (meta.is_report == 0 && length > meta.node_mtu) {
            exceed_mtu();
        } else {
            grow();
            if (hdr.int_md.instructions[15:15] == 1) {
                push_node();
            }
            if (hdr.int_md.instructions[14:14] == 1) {
                push_ports();
            }
            if (hdr.int_md.instructions[13:13] == 1) {
                push_latency();
            }
            if (hdr.int_md.instructions[12:12] == 1) {
                push_queue();
            }
            if (hdr.int_md.instructions[11:11] == 1) {
                push_ingress_time();
            }
            if (hdr.int_md.instructions[10:10] == 1) {
                push_egress_time();
            }
            if (hdr.int_md.instructions[9:9] == 1) {
                push_l2_ports();
            }
            // A sum of 0xffff is 0 in ones' complement: the checksum doesn't see these.
            if (meta.hop_fill_words != 0) {
                if (meta.hop_fill_words[3:3] == 1) {
                    hdr.hop_fill8.setValid();
                    hdr.hop_fill8.ones_high = ~128w0;
                    hdr.hop_fill8.ones_low = ~128w0;
                }
                if (meta.hop_fill_words[2:2] == 1) {
                    hdr.hop_fill4.setValid();
                    hdr.hop_fill4.ones = ~128w0;
                }
                if (meta.hop_fill_words[1:1] == 1) {
                    hdr.hop_fill2.setValid();
                    hdr.hop_fill2.ones = ~64w0;
                }
                if (meta.hop_fill_words[0:0] == 1) {
                    hdr.hop_fill1.setValid();
                    hdr.hop_fill1.ones = ~32w0;
                }
            }
        }
    }
}

#endif
