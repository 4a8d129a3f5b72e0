using Telemetry.Tui.Drawing;
using Telemetry.Tui.Feed;
using Telemetry.Tui.Health;
using Telemetry.Tui.Input;
using Telemetry.Tui.Model;

namespace Telemetry.Tui.Screens;

/// <summary>Everything that a picture depends on: equal models draw equal pictures.</summary>
/// <param name="State">What the feed told, frozen or newest.</param>
/// <param name="Assessment">What it means.</param>
/// <param name="Feed">The connection as it is now, frozen or not.</param>
/// <param name="Freshness">How far the feed can be trusted now.</param>
/// <param name="DataAge">Since the newest update arrived; null before the first.</param>
/// <param name="RetryIn">Until the next dial; null when not waiting.</param>
/// <param name="FrozenFor">Since the picture was frozen; null when it is not.</param>
/// <param name="Ui">What the user chose.</param>
/// <param name="Address">Of the data center, for the eye.</param>
/// <param name="Glyphs">Characters to draw with.</param>
internal sealed record ViewModel(
    FabricState State,
    Assessment Assessment,
    FeedStatus Feed,
    Freshness Freshness,
    TimeSpan? DataAge,
    TimeSpan? RetryIn,
    TimeSpan? FrozenFor,
    UiState Ui,
    string Address,
    Glyphs Glyphs);
