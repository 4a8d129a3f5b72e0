#ifndef TELEMETRY_INT_NODE_P4
#define TELEMETRY_INT_NODE_P4

// Who this node is.
control IntNode(inout metadata_t meta) {
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

    apply {
        int_node.apply();
    }
}

// What this node measures of a packet.
control Measure(inout metadata_t meta, in standard_metadata_t standard_metadata) {
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
        measure();
    }
}

#endif
