#ifndef TELEMETRY_INT_TRANSIT_P4
#define TELEMETRY_INT_TRANSIT_P4

// The two 16-bit words of a 32-bit word, added.
bit<32> sum_of_halves(in bit<32> word) {
    return (bit<32>) word[31:16] + (bit<32>) word[15:0];
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

// Makes room where the egress MTU leaves none: the stack so far goes into a report, and this node's data alone into the packet.
control IntIntermediate(inout headers_t hdr, inout metadata_t meta) {
    @name(".Egress.set_intermediate")
    action set_intermediate(bit<32> session) {
        meta.mirror_session = session;
        meta.mirror = Mirror.INTERMEDIATE;
    }

    @name(".Egress.int_intermediate")
    table int_intermediate {
        actions = {
            set_intermediate;
            NoAction;
        }
        default_action = NoAction();
    }

    // A csum16 hash is the complement of the sum: what must be added to take a header away.
    @hidden
    action take_away_stack() {
        bit<16> stack;
        bit<16> old_length = (bit<16>) hdr.int_shim.length;
        hdr.mirror_shim = hdr.int_shim;
        hdr.mirror_md = hdr.int_md;
        hdr.mirror_stack = hdr.int_stack;
        hash(stack, HashAlgorithm.csum16, 16w0, hdr.int_stack, 32w0x10000);
        meta.checksum_delta = meta.checksum_delta + (bit<32>) stack + (bit<32>) (~old_length) + (bit<32>) INT_MD_WORDS;
        meta.added_bytes = meta.added_bytes - ((old_length - (bit<16>) INT_MD_WORDS) << 2);
        hdr.int_shim.length = INT_MD_WORDS;
        hdr.int_stack.setInvalid();
        clone_preserving_field_list(CloneType.E2E, meta.mirror_session, FieldList.REPORT);
    }

    apply {
        if (hdr.int_stack.isValid() && int_intermediate.apply().hit == false && meta.mirror == Mirror.INTERMEDIATE) {
            take_away_stack();
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

    @hidden
    action stay_out() {
        meta.hop_words = 0;
    }

    IntIntermediate() int_intermediate;

    apply {
        bit<32> length = (bit<32>) meta.added_bytes + ((bit<32>) meta.hop_words << 2)
            + (hdr.ipv4.isValid() ? (bit<32>) hdr.ipv4.total_len : (bit<32>) hdr.ipv6.payload_len + 40);
        if (meta.node_configured == 0) {
            // Not yet known who this node is.
            stay_out();
        } else if (hdr.int_md.remaining_hops == 0) {
            exceed_hops();
            stay_out();
        } else if (meta.hop_words != hdr.int_md.hop_words) {
            // Data for a domain that this node doesn't know.
            stay_out();
        } else if (meta.is_clone == 1) {
            // A report has no MTU, but its stack an end.
            if (hdr.int_shim.length > INT_MAX_LENGTH - (bit<8>) meta.hop_words) {
                stay_out();
            }
        } else if (length > meta.node_mtu || hdr.int_shim.length > INT_MAX_LENGTH - (bit<8>) meta.hop_words) {
            bit<16> before = meta.added_bytes;
            int_intermediate.apply(hdr, meta);
            if (length + (bit<32>) (int<32>) (int<16>) (meta.added_bytes - before) > meta.node_mtu) {
                exceed_mtu();
                stay_out();
            } else if (hdr.int_shim.length > INT_MAX_LENGTH - (bit<8>) meta.hop_words) {
                // More than the shim can count.
                stay_out();
            }
        }
        if (meta.hop_words != 0) {
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
