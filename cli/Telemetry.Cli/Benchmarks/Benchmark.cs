using System.CommandLine;

namespace Telemetry.Cli.Benchmarks;

/// <summary>One subcommand of <c>telemetry bench</c>: measures an area of the program on this machine.</summary>
internal abstract class Benchmark(string name, string description)
{
    /// <summary>The subcommand, e.g. <c>switch</c>.</summary>
    public string Name { get; } = name;

    /// <summary>One line of help.</summary>
    public string Description { get; } = description;

    /// <summary>Options of its own, besides those that every benchmark has.</summary>
    public virtual IEnumerable<Option> Options => [];

    /// <summary>Measures once; says on <paramref name="progress"/> what it is at.</summary>
    /// <param name="parsed">Values of <see cref="Options"/>.</param>
    /// <param name="progress">Standard error.</param>
    /// <param name="cancellation">Ends the measurement early.</param>
    /// <returns>Figures, in the order to print; the same names in every run of one machine.</returns>
    /// <exception cref="CommandException">An option or the machine does not allow it.</exception>
    public abstract Task<IReadOnlyList<BenchResult>> RunAsync(ParseResult parsed, TextWriter progress, CancellationToken cancellation);
}
