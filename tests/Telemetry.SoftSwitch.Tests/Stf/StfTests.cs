using Grpc.Core;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Programs;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>p4c's own tests of v1model programs.</summary>
public sealed class StfTests
{
    /// <summary>What does not pass on BMv2 itself either, and why.</summary>
    private static readonly Dictionary<string, string> Known = new()
    {
        ["p4_14_samples/counter3.stf"] = "counts the frame check sequence, 4 bytes that no software switch sees; p4c's own runner ignores check_counter",
        ["p4_16_samples/extern-funcs-bmv2.stf"] = "calls a function that p4c's runner loads into BMv2 as a native module",
    };

    /// <summary>What P4Runtime cannot express, and what is said of it.</summary>
    private static readonly Dictionary<string, string> Inexpressible = new()
    {
        ["p4_14_samples/basic_routing.stf"] = "conflicting control plane name: .on_miss",
        ["p4_14_samples/counter6.stf"] = "conflicting control plane name: .act",
        ["p4_14_samples/p414-special-ops.stf"] = "conflicting control plane name: ._nop",
        ["p4_14_samples/p414-special-ops-2-bmv2.stf"] = "conflicting control plane name: ._nop",
        ["p4_14_samples/p414-special-ops-3-bmv2.stf"] = "conflicting control plane name: ._nop",
    };

    public static TheoryData<string> Files() => [.. StfSuite.Names];

    [StfTheory, MemberData(nameof(Files))]
    public void Run_TestOfP4c_SendsWhatItExpects(string file) => Check(file, json => SwitchProgram.Load(json));

    [StfTheory, MemberData(nameof(Files))]
    public void Interpret_TestOfP4c_SendsWhatItExpects(string file) => Check(file, json => SwitchProgram.Interpret(json));

    [StfTheory, MemberData(nameof(Files))]
    public void RunThroughP4Runtime_TestOfP4c_SendsWhatItExpects(string file)
    {
        IReadOnlyList<string> faults = Faults(() => StfRunner.Run(
            StfSuite.JsonOf(file), P4InfoIndex.FromText(StfSuite.InfoOf(file)), StfParser.Parse(File.ReadAllText(StfSuite.PathOf(file)))));
        if (Inexpressible.TryGetValue(file.Replace('\\', '/'), out string? reason))
        {
            Assert.Contains(reason, Assert.Single(faults), StringComparison.Ordinal); // p4c makes no P4Info
        }
        else
        {
            Expect(file, faults);
        }
    }

    private static void Check(string file, Func<byte[], SwitchProgram> load)
    {
        IReadOnlyList<string> faults = Faults(() => StfRunner.Run(load(StfSuite.JsonOf(file)), StfParser.Parse(File.ReadAllText(StfSuite.PathOf(file)))));
        Expect(file, faults);
    }

    private static void Expect(string file, IReadOnlyList<string> faults)
    {
        if (Known.ContainsKey(file.Replace('\\', '/')))
        {
            Assert.NotEmpty(faults);
        }
        else
        {
            Assert.True(faults.Count == 0, string.Join('\n', faults));
        }
    }

    private static IReadOnlyList<string> Faults(Func<IReadOnlyList<string>> run)
    {
        try
        {
            return run();
        }
        catch (Exception fault) when (fault is InvalidOperationException or P4InfoException or RpcException)
        {
            return [fault.Message];
        }
    }
}
