using System.Xml.Linq;

namespace Telemetry.Cli.Testing;

/// <summary>What one test run's .trx file says.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed, timed out or were aborted.</param>
/// <param name="Skipped">Tests that did not run.</param>
/// <param name="Failures">One text a failed test: its name and message.</param>
/// <param name="Skips">One text a skipped test: its name and reason.</param>
internal sealed record TrxSummary(
    int Passed, int Failed, int Skipped, IReadOnlyList<string> Failures, IReadOnlyList<string> Skips)
{
    private static readonly XNamespace s_trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Reads a file that <c>dotnet test --logger trx</c> wrote.</summary>
    /// <exception cref="System.Xml.XmlException">The file is not XML.</exception>
    public static TrxSummary Read(string path)
    {
        int passed = 0;
        List<string> failures = [];
        List<string> skips = [];
        foreach (XElement result in XDocument.Load(path).Descendants(s_trx + "UnitTestResult"))
        {
            string name = (string?)result.Attribute("testName") ?? "?";
            XElement? output = result.Element(s_trx + "Output");
            string message = ((string?)output?.Element(s_trx + "ErrorInfo")?.Element(s_trx + "Message")
                ?? (string?)output?.Element(s_trx + "StdOut") ?? string.Empty).Trim();
            switch ((string?)result.Attribute("outcome"))
            {
                case "Passed":
                    passed++;
                    break;
                case "NotExecuted":
                    skips.Add($"{name}: {message}");
                    break;
                default:
                    failures.Add($"{name}: {message}");
                    break;
            }
        }

        return new TrxSummary(passed, failures.Count, skips.Count, failures, skips);
    }
}
