namespace Telemetry.Collector;

/// <summary>Collects what is wrong with some options, so that one message names all of it.</summary>
internal sealed class OptionFaults
{
    private readonly List<string> _faults = [];

    public void Require(bool holds, string fault)
    {
        if (!holds)
        {
            _faults.Add(fault);
        }
    }

    public void Range(long value, long least, long most, string name) =>
        Require(value >= least && value <= most, $"{name} {value} is not in {least} to {most}");

    public void Throw(string what)
    {
        if (_faults.Count > 0)
        {
            throw new ArgumentException($"{what}: {string.Join("; ", _faults)}");
        }
    }
}
