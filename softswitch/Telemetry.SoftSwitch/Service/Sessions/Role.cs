using Google.Protobuf.WellKnownTypes;

namespace Telemetry.SoftSwitch.Service.Sessions;

/// <summary>A role that a controller has named: its configuration, the controllers that are connected for it, and the highest election id it has seen.</summary>
internal sealed class Role(string name)
{
    public string Name { get; } = name;

    /// <summary>The name as errors show it.</summary>
    public string Shown => Name.Length == 0 ? "the default role" : $"role '{Name}'";

    public List<Controller> Controllers { get; } = [];

    /// <summary>Of every primary so far; null while there has been none.</summary>
    public UInt128? HighestElectionId { get; set; }

    /// <summary>What the latest primary sent; null for full access.</summary>
    public Any? Config { get; set; }

    public RoleScope Scope { get; set; } = RoleScope.Full;

    /// <summary>The connected controller with the highest election id that was ever seen; null when there is none.</summary>
    public Controller? Primary
    {
        get
        {
            if (HighestElectionId is UInt128 highest)
            {
                foreach (Controller controller in Controllers)
                {
                    if (controller.ElectionId == highest)
                    {
                        return controller;
                    }
                }
            }

            return null;
        }
    }
}
