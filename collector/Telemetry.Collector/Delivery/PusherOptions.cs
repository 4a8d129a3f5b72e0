using Telemetry.Collector.Security;

namespace Telemetry.Collector.Delivery;

/// <summary>How a tier keeps its connection to the tier above.</summary>
public sealed record PusherOptions
{
    /// <summary>Where the tier above serves, e.g. <c>http://127.0.0.1:5501</c>.</summary>
    public required string Url { get; init; }

    /// <summary>Where it serves as well: tried in turn when the one before does not answer. Default none.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Certificates of the connection; null connects without TLS, or trusts whom the system trusts.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Wait before the second try, then doubled with every further one; default 100 ms.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait between tries; default 2 s.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Batches sent ahead of their acknowledgements at most, 1 to 10,000; default 64.</summary>
    public int InFlight { get; init; } = 64;

    /// <summary>Checks everything.</summary>
    /// <exception cref="ArgumentException">Names every value that is out of its bounds.</exception>
    public void Validate()
    {
        OptionFaults faults = new();
        foreach (string upstream in (IEnumerable<string>)[Url, .. Others])
        {
            faults.Require(
                Uri.TryCreate(upstream, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https",
                $"Url {upstream} is not of the form http://HOST:PORT");
        }

        Tls?.Validate(faults);
        faults.Require(FirstBackoff > TimeSpan.Zero && FirstBackoff <= LongestBackoff, "FirstBackoff is not above 0 and at most LongestBackoff");
        faults.Range(InFlight, 1, 10_000, nameof(InFlight));
        faults.Throw("upstream options");
    }
}
