using System.Text;
using Telemetry.Tui.Drawing;
using Telemetry.Tui.Input;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;
using Cell = Telemetry.Tui.Drawing.Cell;

namespace Telemetry.Tui.Terminals;

/// <summary>
/// The one view that fills the terminal. A timer draws the picture into a canvas; only rows that differ from what the
/// terminal shows are handed to the driver, so an unchanged picture costs no byte on the line.
/// </summary>
internal sealed class RootView : Runnable
{
    /// <summary>Between two pictures: 6 a second, fast enough to read, slow enough for a thin line.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(160);

    private readonly Dashboard _dashboard;
    private readonly bool _noColor;
    private readonly CancellationToken _stop;
    private Palette _palette = Palette.None;
    private Canvas? _next;
    private Canvas? _shown;

    public RootView(Dashboard dashboard, bool noColor, CancellationToken stop)
    {
        _dashboard = dashboard;
        _noColor = noColor;
        _stop = stop;
        Initialized += (_, _) => Start();
    }

    /// <summary>Takes what arrived and draws it if it looks different.</summary>
    public void Refresh()
    {
        if (_stop.IsCancellationRequested || _dashboard.Ui.Quit)
        {
            App?.RequestStop();
            return;
        }

        _dashboard.Pump();
        _next = _dashboard.Picture.Draw(_dashboard.Model(), Viewport.Width, Viewport.Height);
        if (_shown is null || !SameAsShown(_next))
        {
            SetNeedsDraw();
        }
    }

    /// <summary>Acts on a key; true when it was one of ours.</summary>
    public bool Press(Key key)
    {
        if (key == Key.L.WithCtrl && App is { } app)
        {
            _shown = null;
            app.ClearScreenNextIteration = true;
            return true;
        }

        if (Keys.From(key) is { } known)
        {
            _dashboard.Press(known, Math.Max(1, Viewport.Height - 5));
            Refresh();
        }

        // Even a key that means nothing here must not reach the library's own bindings (Esc would quit).
        return key != Key.Z.WithCtrl;
    }

    /// <inheritdoc/>
    protected override bool OnClearingViewport() => true;

    /// <inheritdoc/>
    protected override bool OnDrawingContent(DrawContext? context)
    {
        if (App?.Driver is not { } driver)
        {
            return true;
        }

        if (_next is null || _next.Width != Viewport.Width || _next.Height != Viewport.Height)
        {
            _next = _dashboard.Picture.Draw(_dashboard.Model(), Viewport.Width, Viewport.Height);
        }

        for (int y = 0; y < _next.Height; y++)
        {
            if (_shown is null || _shown.Width != _next.Width || y >= _shown.Height || !_next.Row(y).SequenceEqual(_shown.Row(y)))
            {
                DrawRow(driver, y, _next.Row(y));
            }
        }

        _shown = _next;
        return true;
    }

    private void Start()
    {
        if (App is not { Driver: { } driver } app)
        {
            return;
        }

        _palette = Palette.For(driver.ColorCapabilities?.Capability ?? ColorCapabilityLevel.Colors16, _noColor);
        driver.Force16Colors = !ReferenceEquals(_palette, Palette.Rgb);
        driver.ClearedContents += (_, _) => _shown = null;
        app.Keyboard.KeyDown += (_, key) => key.Handled = Press(key);

        // The cursor is hidden: writing its position every round would keep an idle line busy.
        app.Iteration += (_, _) => driver.SetCursorNeedsUpdate(false);
        Refresh();
        app.AddTimeout(Tick, () =>
        {
            Refresh();
            return !_dashboard.Ui.Quit;
        });
    }

    private void DrawRow(IDriver driver, int y, ReadOnlySpan<Cell> row)
    {
        StringBuilder text = new();
        driver.Move(0, y);
        for (int x = 0; x < row.Length;)
        {
            Style style = row[x].Style;
            text.Clear();
            for (; x < row.Length && row[x].Style == style; x++)
            {
                if (row[x].Glyph != Cell.Continuation)
                {
                    text.Append(row[x].Glyph.ToString());
                }
            }

            driver.SetAttribute(_palette[style]);
            driver.AddStr(text.ToString());
        }
    }

    private bool SameAsShown(Canvas next)
    {
        if (_shown is not { } shown || shown.Width != next.Width || shown.Height != next.Height)
        {
            return false;
        }

        for (int y = 0; y < next.Height; y++)
        {
            if (!next.Row(y).SequenceEqual(shown.Row(y)))
            {
                return false;
            }
        }

        return true;
    }
}
