namespace Telemetry.Collector.Delivery;

/// <summary>What an outbox counted.</summary>
/// <param name="Pending">Batches kept now.</param>
/// <param name="PendingBytes">Their size as encoded, bytes; 0 where nothing is encoded.</param>
/// <param name="Appended">Batches taken over since the start.</param>
/// <param name="Dropped">Batches given up unacknowledged because the limit was reached.</param>
public readonly record struct OutboxStatistics(long Pending, long PendingBytes, long Appended, long Dropped);
