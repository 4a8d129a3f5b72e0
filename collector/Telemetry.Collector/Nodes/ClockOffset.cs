namespace Telemetry.Collector.Nodes;

/// <summary>
/// Difference between the clocks of two neighbours that do not share one, from packets in both directions. What a packet seems to take is its latency plus the
/// difference one way, and its latency minus the difference the other way. Over some seconds the least that packets seem to take follows a line in each direction,
/// whose slopes are opposite (the drift); half the distance of the lines is the difference. That holds where the least latency is the same both ways, which a wire's
/// is once the time to send the bytes is taken off. Unknown until both directions carried enough, and while the lines do not fit.
/// </summary>
internal sealed class ClockOffset
{
    // 5 s of 100 ms: a drift of 50 ppm is 5 us within a piece and seen well over all of them.
    private const long PieceNs = 100_000_000;
    private const int Pieces = 50;
    private const int PiecesNeeded = 10;

    // Lines of both directions may differ by so much in slope (3 ppm) and in the least latency's spread before they are not believed.
    private const double SlopeTolerance = 3e-6;
    private const double FitToleranceNs = 4_000;

    private readonly Envelope _forward = new();
    private readonly Envelope _backward = new();
    private long _fittedPiece = long.MinValue;
    private bool _known;
    private double _atNs;
    private double _slope;
    private long _originNs;

    /// <summary>True while the difference is known.</summary>
    public bool IsKnown => _known;

    /// <summary>Takes what a packet seemed to take, less the time to send its bytes.</summary>
    public void Add(bool forward, long timeNs, long apparentNs)
    {
        long piece = timeNs / PieceNs;
        (forward ? _forward : _backward).Add(piece, timeNs, apparentNs);
        if (piece != _fittedPiece)
        {
            _fittedPiece = piece;
            Fit(piece, timeNs);
        }
    }

    /// <summary>How far the second clock is ahead of the first at a time; false while it is unknown.</summary>
    public bool TryGet(long timeNs, out long aheadNs)
    {
        aheadNs = (long)Math.Round(_atNs + (_slope * (timeNs - _originNs)));
        return _known;
    }

    private void Fit(long piece, long nowNs)
    {
        _known = false;
        _originNs = nowNs;
        if (!_forward.TryFit(piece, nowNs, out double forwardAt, out double forwardSlope, out double forwardSpread)
            || !_backward.TryFit(piece, nowNs, out double backwardAt, out double backwardSlope, out double backwardSpread)
            || Math.Abs(forwardSlope + backwardSlope) > SlopeTolerance
            || Math.Max(forwardSpread, backwardSpread) > FitToleranceNs
            || forwardAt + backwardAt < -FitToleranceNs)
        {
            return;
        }

        _atNs = (forwardAt - backwardAt) / 2;
        _slope = (forwardSlope - backwardSlope) / 2;
        _known = true;
    }

    /// <summary>The least of each piece of time, and the line under them.</summary>
    private sealed class Envelope
    {
        private readonly long[] _piece = new long[Pieces];
        private readonly long[] _timeNs = new long[Pieces];
        private readonly long[] _leastNs = new long[Pieces];
        private readonly int[] _count = new int[Pieces];

        public void Add(long piece, long timeNs, long apparentNs)
        {
            int at = (int)(piece % Pieces);
            if (_piece[at] != piece || _count[at] == 0)
            {
                (_piece[at], _count[at], _leastNs[at]) = (piece, 0, long.MaxValue);
            }

            _count[at]++;
            if (apparentNs < _leastNs[at])
            {
                (_leastNs[at], _timeNs[at]) = (apparentNs, timeNs);
            }
        }

        /// <summary>Theil and Sen's line through the least values, moved down to the lower ones: neither busy pieces nor single outliers tilt it.</summary>
        public bool TryFit(long piece, long nowNs, out double at, out double slope, out double spread)
        {
            Span<double> x = stackalloc double[Pieces];
            Span<double> y = stackalloc double[Pieces];
            int n = 0;
            for (int i = 0; i < Pieces; i++)
            {
                if (_count[i] > 0 && piece - _piece[i] is > 0 and < Pieces)
                {
                    (x[n], y[n]) = (_timeNs[i] - nowNs, _leastNs[i]);
                    n++;
                }
            }

            (at, slope, spread) = (0, 0, 0);
            if (n < PiecesNeeded)
            {
                return false;
            }

            Span<double> slopes = stackalloc double[Pieces * (Pieces - 1) / 2];
            int pairs = 0;
            for (int i = 0; i < n; i++)
            {
                for (int j = i + 1; j < n; j++)
                {
                    if (Math.Abs(x[j] - x[i]) >= 4 * PieceNs)
                    {
                        slopes[pairs++] = (y[j] - y[i]) / (x[j] - x[i]);
                    }
                }
            }

            if (pairs == 0)
            {
                return false;
            }

            slopes[..pairs].Sort();
            slope = slopes[pairs / 2];
            Span<double> rest = y[..n];
            for (int i = 0; i < n; i++)
            {
                rest[i] = y[i] - (slope * x[i]);
            }

            rest.Sort();
            at = rest[n / 10];
            spread = rest[n / 2] - at;

            // Packets wait, but none is faster than the wire: one that seems to be shows that a clock was set.
            return rest[0] >= at - FitToleranceNs;
        }
    }
}
