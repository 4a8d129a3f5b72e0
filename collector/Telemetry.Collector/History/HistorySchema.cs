namespace Telemetry.Collector.History;

/// <summary>
/// Tables of the history. All times and lengths are nanoseconds on the run's clock, rates bits per second, sizes bytes.
/// A BLOB holds a whole distribution: the contract's Distribution message. Absent measurements are NULL. The tables
/// windows, ports, links and flows exist once a tier: with windows as they came, and with coarser ones (suffix _10s and
/// _5m) that are their exact sums and merged distributions. The tables of <see cref="HistoryReadings"/> hold what devices told: the counters of interfaces, queues and
/// tables (of switches over P4Runtime, of Linux routers and firewalls) as they stand, processor and memory of processes (devices). table_rows has all entries of
/// a table in words, without their counters, from the time on at which one changed; position is NULL where the last one went. exemplars has whole reports.
/// </summary>
internal static class HistorySchema
{
    /// <summary>Grows with every change that older programs cannot read.</summary>
    public const string Version = "1";

    /// <summary>Tables whose rows count as stored measurements.</summary>
    public static readonly string[] Counted = ["windows", "ports", "links", "flows", "alerts", "events", "devices", "link_states", "interfaces", "queues", "tables", "table_rows", "exemplars"];

    /// <summary>Tables of windows, to which a tier's suffix is added.</summary>
    public static readonly string[] Tiered = ["windows", "ports", "links", "flows"];

    /// <summary>Tables of states, with the column that tells their time.</summary>
    public static readonly (string Table, string Time)[] States =
    [
        ("events", "time_ns"), ("devices", "time_ns"), ("link_states", "time_ns"), ("alerts", "end_ns"),
        ("interfaces", "time_ns"), ("queues", "time_ns"), ("tables", "time_ns"), ("table_rows", "time_ns"), ("exemplars", "time_ns"),
    ];

    /// <summary>Makes what is missing.</summary>
    public static string Create { get; } = Common + string.Concat(HistoryTier.All.Select(tier => Windows(tier.Suffix)));

    private const string Common = """
        CREATE TABLE IF NOT EXISTS meta (name VARCHAR PRIMARY KEY, value VARCHAR, data BLOB);
        CREATE TABLE IF NOT EXISTS senders (sender VARCHAR PRIMARY KEY, epoch UBIGINT, sequence UBIGINT);
        CREATE TABLE IF NOT EXISTS origins (sender VARCHAR, epoch UBIGINT, message BLOB, PRIMARY KEY (sender, epoch));
        CREATE TABLE IF NOT EXISTS tiers (tier VARCHAR PRIMARY KEY, rolled_ns BIGINT, purged_ns BIGINT);
        CREATE TABLE IF NOT EXISTS late (tier VARCHAR, start_ns BIGINT);
        CREATE TABLE IF NOT EXISTS alerts (
            id UBIGINT PRIMARY KEY, kind VARCHAR, entity VARCHAR, start_ns BIGINT, end_ns BIGINT, detected_ns BIGINT,
            score DOUBLE, explanation VARCHAR, detector VARCHAR, message BLOB);
        CREATE TABLE IF NOT EXISTS events (time_ns BIGINT, kind VARCHAR, entity VARCHAR, detail VARCHAR);
        CREATE TABLE IF NOT EXISTS devices (
            time_ns BIGINT, entity VARCHAR, kind VARCHAR, state VARCHAR, cpu_percent DOUBLE, memory_bytes BIGINT,
            last_seen_ns BIGINT);
        CREATE TABLE IF NOT EXISTS link_states (
            time_ns BIGINT, entity VARCHAR, a VARCHAR, a_port INTEGER, b VARCHAR, b_port INTEGER, state VARCHAR,
            since_ns BIGINT, reason VARCHAR);
        CREATE TABLE IF NOT EXISTS interfaces (
            time_ns BIGINT, entity VARCHAR, interface VARCHAR, rx_bytes BIGINT, rx_packets BIGINT, rx_errors BIGINT, rx_drops BIGINT,
            tx_bytes BIGINT, tx_packets BIGINT, tx_errors BIGINT, tx_drops BIGINT);
        CREATE TABLE IF NOT EXISTS queues (
            time_ns BIGINT, entity VARCHAR, interface VARCHAR, kind VARCHAR, handle VARCHAR, bytes BIGINT, packets BIGINT,
            drops BIGINT, overlimits BIGINT, backlog_bytes BIGINT, backlog_packets BIGINT);
        CREATE TABLE IF NOT EXISTS tables (
            time_ns BIGINT, entity VARCHAR, name VARCHAR, entries BIGINT, packets BIGINT, bytes BIGINT);
        CREATE TABLE IF NOT EXISTS table_rows (time_ns BIGINT, entity VARCHAR, name VARCHAR, position INTEGER, "row" VARCHAR);
        CREATE TABLE IF NOT EXISTS exemplars (
            time_ns BIGINT, entity VARCHAR, reason VARCHAR, value BIGINT, src VARCHAR, dst VARCHAR, protocol INTEGER,
            src_port INTEGER, dst_port INTEGER, bytes BIGINT, hops VARCHAR, message BLOB);
        """;

    private static string Windows(string suffix) => $"""
        CREATE TABLE IF NOT EXISTS windows{suffix} (start_ns BIGINT, length_ns BIGINT, flow_packets_omitted BIGINT);
        CREATE TABLE IF NOT EXISTS ports{suffix} (
            start_ns BIGINT, length_ns BIGINT, entity VARCHAR, switch VARCHAR, port INTEGER, packets BIGINT,
            hop_p50_ns BIGINT, hop_p99_ns BIGINT, hop_max_ns BIGINT, queue_p50 BIGINT, queue_max BIGINT,
            queue_capacity INTEGER, rate_bps BIGINT, tx_packets BIGINT, tx_bytes BIGINT, rx_packets BIGINT, rx_bytes BIGINT,
            drops BIGINT, errors BIGINT, counter_span_ns BIGINT, hop_latency BLOB, queue_depth BLOB);
        CREATE TABLE IF NOT EXISTS links{suffix} (
            start_ns BIGINT, length_ns BIGINT, entity VARCHAR, a VARCHAR, a_port INTEGER, b VARCHAR, b_port INTEGER,
            packets BIGINT, latency_p50_ns BIGINT, latency_p99_ns BIGINT, latency BLOB);
        CREATE TABLE IF NOT EXISTS flows{suffix} (
            start_ns BIGINT, length_ns BIGINT, entity VARCHAR, src VARCHAR, dst VARCHAR, src_address UINTEGER,
            dst_address UINTEGER, protocol INTEGER, src_port INTEGER, dst_port INTEGER, packets BIGINT, bytes BIGINT,
            lost BIGINT, latency_p50_ns BIGINT, latency_p99_ns BIGINT, path VARCHAR, path_changes INTEGER, latency BLOB);
        """;
}
