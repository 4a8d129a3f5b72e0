using Telemetry.Collector.Contracts;
using Telemetry.Collector.Devices;

namespace Telemetry.Collector.Tests.Devices;

public sealed class DeviceBookTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("telemetry-devices").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string BookFile => Path.Combine(_directory, "devices.json");

    private static ManagedDevice Router(string name = "r1") => new() { Name = name, Kind = DeviceKind.Router, Address = "10.0.0.1", Reach = "ping", Cluster = "c1" };

    [Fact]
    public void Put_Edit_Remove_SurviveReopening()
    {
        DeviceBook book = new(BookFile);
        book.Put(Router());
        book.Put(Router("r2"));
        ManagedDevice edited = Router();
        edited.Reach = "tcp:22";
        book.Put(edited);
        Assert.NotNull(book.Remove("r2"));
        Assert.Null(book.Remove("r2"));
        Assert.Equal(edited, Assert.Single(new DeviceBook(BookFile).Devices));
    }

    [Fact]
    public void Put_FaultyDevice_NamesEveryFaultAndChangesNothing()
    {
        DeviceBook book = new(BookFile);
        book.Put(new ManagedDevice { Name = "e1", Kind = DeviceKind.Exporter, NodeId = 5 });
        ArgumentException fault = Assert.Throws<ArgumentException>(() => book.Put(
            new ManagedDevice { Name = "a b", Kind = DeviceKind.Node, Address = "10.0.0", Reach = "tcp:0", NodeId = 5 }));
        foreach (string text in (string[])["a name of", "kind Node:", "tcp:0: ping or tcp:PORT expected", "node id 5 is also that of e1"])
        {
            Assert.Contains(text, fault.Message, StringComparison.Ordinal);
        }

        Assert.Single(book.Devices);
    }

    [Theory, InlineData("{"), InlineData("{\"managed\":[{\"name\":\"x\"}]}"), InlineData("{\"managed\":[{\"name\":\"h\",\"kind\":\"DEVICE_KIND_HOST\"},{\"name\":\"h\",\"kind\":\"DEVICE_KIND_HOST\"}]}")]
    public void Open_FaultyFile_NamesIt(string content)
    {
        File.WriteAllText(BookFile, content);
        Assert.StartsWith(BookFile, Assert.Throws<IOException>(() => new DeviceBook(BookFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Put_FileCannotBeWritten_ChangesNothing()
    {
        DeviceBook book = new(Path.Combine(_directory, "none", "devices.json"));
        Assert.Throws<IOException>(() => book.Put(Router()));
        Assert.Empty(book.Devices);
    }
}
