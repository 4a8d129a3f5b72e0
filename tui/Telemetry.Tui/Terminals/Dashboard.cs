using Telemetry.Tui.Drawing;
using Telemetry.Tui.Feed;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;
using Telemetry.Tui.Screens;

namespace Telemetry.Tui.Terminals;

/// <summary>What is behind the screen: takes what the feed brought, what the user pressed and what time it is. One thread.</summary>
internal sealed class Dashboard(FeedClient feed, TuiOptions options)
{
    private readonly Glyphs _glyphs = options.Ascii ? Glyphs.Ascii : Glyphs.Unicode;
    private FabricState _state = FabricState.Empty;
    private (FabricState State, long At)? _frozen;
    private (FabricState State, Freshness Freshness, Assessment Answer)? _assessed;

    public UiState Ui { get; private set; } = new();

    public Picture Picture { get; } = new();

    /// <summary>Applies all updates that wait, at most one queue full, so that a flood cannot starve the keys.</summary>
    public void Pump()
    {
        for (int i = 0; i < FeedClient.Capacity && feed.TryRead(out Received received); i++)
        {
            _state = _state.Apply(received.Update, received.At);
        }
    }

    public void Press(UiKey key, int page)
    {
        IScreen screen = Picture.Screen(Ui.Screen);
        bool wasFrozen = Ui.Frozen;
        Ui = KeyMap.Press(Ui, key, screen.Keys(Model()), page, screen.SortColumns);
        if (Ui.Frozen != wasFrozen)
        {
            _frozen = Ui.Frozen ? (_state, options.Time.GetTimestamp()) : null;
        }
    }

    public ViewModel Model()
    {
        FeedStatus status = feed.Status;
        TimeSpan? age = _state.HasData ? Since(_state.ReceivedAt) : null;
        Freshness freshness = status.Phase != FeedPhase.Connected || age is null ? Freshness.Lost
            : age < options.StaleAfter ? Freshness.Live : Freshness.Stale;
        TimeSpan? frozenFor = _frozen is { } frozen ? Since(frozen.At) : null;
        FabricState shown = _frozen?.State ?? _state;

        // A frozen picture ages like a lost feed: after a while nothing on it is known to be fine any more.
        Freshness judged = freshness == Freshness.Live && frozenFor >= options.StaleAfter ? Freshness.Stale : freshness;
        TimeSpan? retry = status.RetryAt > 0 ? Max(TimeSpan.Zero, -Since(status.RetryAt)) : null;
        string address = options.Address.IsDefaultPort ? options.Address.Host : options.Address.Authority;
        return new ViewModel(shown, Assess(shown, judged), status, freshness, age, retry, frozenFor, Ui, address, _glyphs);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private TimeSpan Since(long timestamp) => options.Time.GetElapsedTime(timestamp);

    private Assessment Assess(FabricState state, Freshness freshness)
    {
        if (_assessed is not { } known || !ReferenceEquals(known.State, state) || known.Freshness != freshness)
        {
            _assessed = known = (state, freshness, Assessment.Of(state, freshness, _glyphs));
        }

        return known.Answer;
    }
}
