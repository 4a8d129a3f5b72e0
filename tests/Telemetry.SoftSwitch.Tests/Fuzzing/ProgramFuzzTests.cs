using System.Globalization;
using System.Text;
using Telemetry.SoftSwitch.Programs;
using Telemetry.SoftSwitch.Switching;
using Telemetry.SoftSwitch.Tests.Support;
using Telemetry.SoftSwitch.Tests.Tracing;
using Telemetry.SoftSwitch.Time;
using Telemetry.SoftSwitch.Tracing;
using Xunit.Abstractions;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Telemetry.SoftSwitch.Tests.Fuzzing;

/// <summary>
/// Damaged programs and random frames: a program is refused with its faults or it runs, compiled and traced, and a frame never throws. A fixed
/// number of rounds, or as long as TELEMETRY_FUZZ_SECONDS says.
/// </summary>
public sealed class ProgramFuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 200;
    private const int FramesPerProgram = 40;

    [Fact]
    public void Load_DamagedPrograms_AreRefusedOrRun()
    {
        byte[][] programs =
        [
            .. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "data", "p4"), "*.json", SearchOption.AllDirectories)
                .Where(f => Path.GetFileNameWithoutExtension(f) == Path.GetFileName(Path.GetDirectoryName(f))).Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        ];
        int seconds = int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out int given) ? given : 0;
        int seed = seconds > 0 ? Environment.TickCount : 3;
        Random random = new(seed);
        JsonMutator mutator = new(random);
        Stopwatch clock = Stopwatch.StartNew();
        int refused = 0;
        int ran = 0;
        long memory = 0;
        for (int round = 0; seconds > 0 ? clock.Elapsed.TotalSeconds < seconds : round < Rounds; round++)
        {
            byte[] json = mutator.Mutate(programs[random.Next(programs.Length)]);
            try
            {
                SwitchProgram program = SwitchProgram.Load(json);
                int frames = random.Next();
                Run(program, new Random(frames), isTraced: false);
                Run(program, new Random(frames), isTraced: true);
                ran++;
            }
            catch (ProgramException fault)
            {
                Assert.NotEmpty(fault.Faults);
                refused++;
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}: {fault}\n{Encoding.UTF8.GetString(json)}", fault);
            }

            if (round % 500 == 499)
            {
                memory = memory == 0 ? GC.GetTotalMemory(true) : memory;
                Assert.InRange(GC.GetTotalMemory(true), 0, memory + (64 << 20));
            }
        }

        output.WriteLine($"{refused} refused, {ran} ran, in {clock.Elapsed.TotalSeconds:F0} s");
        Assert.True(refused > 0 && ran > 0, $"{refused} refused, {ran} ran");
    }

    private static void Run(SwitchProgram program, Random random, bool isTraced)
    {
        using EventLoop loop = new();
        SoftSwitch.Switching.Switch target = new(loop, new SwitchOptions { Name = "fuzz" });
        for (int port = 1; port <= 3; port++)
        {
            target.AttachPort(port, new RecordingPort(loop), new SoftSwitch.Ports.PortOptions());
        }

        target.LoadProgram(program);
        if (isTraced)
        {
            target.StartTrace(new TraceOptions(TraceLevel.Trace, PacketsPerSecond: 0), new RecordedTrace());
        }

        for (int i = 0; i < FramesPerProgram; i++)
        {
            byte[] frame = new byte[random.Next(0, 120)];
            random.NextBytes(frame);
            target.Receive(random.Next(1, 4), frame);
        }

        loop.RunUntil(loop.NowNs + 100_000);
    }
}
