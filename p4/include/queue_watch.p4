#ifndef TELEMETRY_QUEUE_WATCH_P4
#define TELEMETRY_QUEUE_WATCH_P4

// Whether the queue that the packet came through is congested. Congestion begins at or above one of the upper thresholds and
// ends below both of the lower ones; of each congestion, quota packets are reported, 0 for all.
control QueueWatch(inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    // By port and priority: 0, or the packets since congestion began.
    @name(".Egress.queue_packets")
    register<bit<32>>(4096) queue_packets;

    @name(".Egress.watch_queue")
    action watch_queue(bit<32> session, bit<19> depth_high, bit<19> depth_low, bit<32> latency_high_us, bit<32> latency_low_us,
                       bit<32> quota) {
        bit<32> index = (bit<32>) (standard_metadata.egress_port ++ standard_metadata.priority);
        bit<32> packets;
        queue_packets.read(packets, index);
        bool above = standard_metadata.deq_qdepth >= depth_high || standard_metadata.deq_timedelta >= latency_high_us;
        bool below = standard_metadata.deq_qdepth < depth_low && standard_metadata.deq_timedelta < latency_low_us;
        bool congested = (packets == 0) ? above : !below;
        packets = congested ? packets + 1 : 0;
        queue_packets.write(index, packets);
        meta.queue_congested = congested ? 1w1 : 1w0;
        meta.queue_report = (congested && (quota == 0 || packets <= quota)) ? 1w1 : 1w0;
        meta.mirror_session = session;
    }

    @name(".Egress.queue_watch")
    table queue_watch {
        key = {
            standard_metadata.egress_port: exact;
            standard_metadata.priority: exact;
        }
        actions = {
            watch_queue;
            NoAction;
        }
        default_action = NoAction();
        size = 4096;
    }

    apply {
        queue_watch.apply();
    }
}

#endif
