using Telemetry.Controller.Client;
using Telemetry.Controller.Desired;
using Telemetry.Controller.Entries;
using Telemetry.Controller.Planning;

namespace Telemetry.Controller.App;

/// <summary>What others write to the switch.</summary>
internal sealed partial class SwitchAgent
{
    private readonly HashSet<string> _knownDrift = new(StringComparer.Ordinal);

    /// <summary>Gets what another client changed, once each time; null looks for none.</summary>
    public Action<Drift>? OnDrift { get; set; }

    /// <summary>
    /// Waits until there is work, or until it is time to look whether the switch still has what was installed. Returns
    /// what it has then, as far as that is to be corrected: writing the difference to the demand does it.
    /// </summary>
    private async Task<DesiredState> IdleAsync(P4Switch client, DesiredState installed, CancellationToken cancellation)
    {
        if (_options.DriftCheck is not { } interval)
        {
            await _work.WaitAsync(cancellation).ConfigureAwait(false);
            return installed;
        }

        bool due = false;
        ITimer timer = _time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref due, true);
                _work.Set();
            },
            null,
            interval,
            Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false))
        {
            await _work.WaitAsync(cancellation).ConfigureAwait(false);
        }

        if (!Volatile.Read(ref due))
        {
            return installed;
        }

        client.Applied = installed;
        IReadOnlyList<Drift> drift = await client.ReadDriftAsync(cancellation).ConfigureAwait(false);
        foreach (Drift found in drift.Where(d => !_knownDrift.Contains(d.ToString())))
        {
            OnDrift?.Invoke(found);
        }

        _knownDrift.Clear();
        if (_options.KeepDrift)
        {
            _knownDrift.UnionWith(drift.Select(d => d.ToString()));
            return installed;
        }

        HashSet<string> changed = [.. drift.Select(d => (d.Expected ?? d.Present)!.Key)];
        return drift.Count == 0
            ? installed
            : new DesiredState([.. installed.Entries.Where(e => !changed.Contains(e.Key)), .. drift.Select(d => d.Present).OfType<P4Entry>()]);
    }
}
