using Telemetry.Controller.Client;

namespace Telemetry.Controller.Tests.Fakes;

/// <summary>Runs a client against a fake switch in virtual time: all of it happens inside the call, or the test fails.</summary>
internal static class InlineRun
{
    /// <summary>Runs <paramref name="test"/> as primary, then ends the client by <paramref name="ending"/>.</summary>
    public static void Of(P4Switch client, CancellationTokenSource ending, Func<P4Switch, CancellationToken, Task> test)
    {
        Exception? fault = null;
        bool done = false;
        Task run = client.RunAsync(
            async (sw, token) =>
            {
                try
                {
                    await test(sw, token);
                    done = true;
                }
                catch (Exception failure)
                {
                    fault = failure;
                    throw;
                }
            },
            ending.Token);
        ending.Cancel();
        Assert.Null(fault);
        Assert.True(done, "the test waited for something that did not come");
        Assert.True(run.IsCompletedSuccessfully);
    }
}
