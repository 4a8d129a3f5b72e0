// Every match kind: exact, lpm beside exact, ternary, range, optional; priorities; entries in the program; a validity key.
#include <core.p4>
#include <v1model.p4>

header query_h {
    bit<8>  table_number;
    bit<32> address;
    bit<16> port;
    bit<9>  nine;
    bit<7>  seven;
}

header answer_h {
    bit<8>  hit;
    bit<16> value;
}

struct headers_t {
    query_h  query;
    answer_h answer;
}

struct metadata_t {
}

parser MatchParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.query);
        transition accept;
    }
}

control MatchVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control MatchIngress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    action answer(bit<16> value) {
        hdr.answer.value = value;
    }

    table by_exact {
        key = {
            hdr.query.port: exact;
            hdr.query.nine: exact;
        }
        actions = {
            answer;
            NoAction;
        }
        default_action = NoAction();
        size = 64;
    }

    table by_prefix {
        key = {
            hdr.query.port: exact;
            hdr.query.address: lpm;
        }
        actions = {
            answer;
            NoAction;
        }
        default_action = NoAction();
        size = 64;
    }

    table by_mask {
        key = {
            hdr.query.address: ternary;
            hdr.query.port: ternary;
        }
        actions = {
            answer;
            NoAction;
        }
        default_action = answer(0xdef0);
        size = 64;
    }

    table by_range {
        key = {
            hdr.query.port: range;
            hdr.query.nine: range;
        }
        actions = {
            answer;
            NoAction;
        }
        default_action = NoAction();
        size = 64;
    }

    table by_option {
        key = {
            hdr.query.address: optional;
            hdr.query.nine: optional;
        }
        actions = {
            answer;
            NoAction;
        }
        default_action = NoAction();
        size = 64;
    }

    table by_constant {
        key = {
            hdr.query.isValid(): exact;
            hdr.query.port: ternary;
            hdr.query.seven: ternary;
        }
        actions = {
            answer;
            NoAction;
        }
        const default_action = NoAction();
        const entries = {
            (true, 80, _): answer(1);
            (true, 0x1000 &&& 0xf000, 5): answer(2);
            (true, 0x1000 &&& 0xf000, _): answer(3);
            (true, _, 0x7f): answer(4);
        }
    }

    apply {
        standard_metadata.egress_spec = standard_metadata.ingress_port;
        hdr.answer.setValid();
        bool hit = false;
        bit<8> number = 0;
        if (hdr.query.isValid()) {
            number = hdr.query.table_number;
        }
        if (number == 1) {
            hit = by_exact.apply().hit;
        } else if (number == 2) {
            hit = by_prefix.apply().hit;
        } else if (number == 3) {
            hit = by_mask.apply().hit;
        } else if (number == 4) {
            hit = by_range.apply().hit;
        } else if (number == 5) {
            hit = by_option.apply().hit;
        } else {
            switch (by_constant.apply().action_run) {
                answer: {
                    hit = true;
                }
                default: {
                    hdr.answer.value = 0xffff;
                }
            }
        }
        if (hit) {
            hdr.answer.hit = 1;
        }
    }
}

control MatchEgress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
    }
}

control MatchCompute(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control MatchDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.query);
        packet.emit(hdr.answer);
    }
}

V1Switch(MatchParser(), MatchVerify(), MatchIngress(), MatchEgress(), MatchCompute(), MatchDeparser()) main;
