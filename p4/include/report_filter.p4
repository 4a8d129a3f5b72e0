#ifndef TELEMETRY_REPORT_FILTER_P4
#define TELEMETRY_REPORT_FILTER_P4

const bit<32> FILTER_FLOWS = 16384;

// Lets a report pass when its flow is new here, its path changed, its latency is further than meta.filter_latency from the one
// reported last, or meta.filter_timer has gone by since (0: never). Two flows that share a place push each other out: that
// makes more reports, never fewer. Needs meta.flow_hash, path_hash, path_latency, hop_egress_time.
control ReportFilter(inout metadata_t meta) {
    register<bit<32>>(FILTER_FLOWS) flows;
    register<bit<32>>(FILTER_FLOWS) paths;
    register<bit<32>>(FILTER_FLOWS) latencies;
    register<bit<48>>(FILTER_FLOWS) times;

    // One action, so that the target does it as a whole.
    @hidden
    action compare() {
        bit<32> index = meta.flow_hash & (FILTER_FLOWS - 1);
        bit<32> flow;
        bit<32> path;
        bit<32> latency;
        bit<48> time;
        flows.read(flow, index);
        paths.read(path, index);
        latencies.read(latency, index);
        times.read(time, index);
        bit<32> change = meta.path_latency > latency ? meta.path_latency - latency : latency - meta.path_latency;
        bit<48> waited = meta.hop_egress_time - time;
        bool passes = flow != meta.flow_hash || path != meta.path_hash || change > meta.filter_latency
            || (meta.filter_timer != 0 && waited >= (bit<48>) meta.filter_timer);
        flows.write(index, meta.flow_hash);
        paths.write(index, meta.path_hash);
        latencies.write(index, passes ? meta.path_latency : latency);
        times.write(index, passes ? meta.hop_egress_time : time);
        meta.filter_passed = passes ? 1w1 : 1w0;
    }

    apply {
        compare();
    }
}

#endif
