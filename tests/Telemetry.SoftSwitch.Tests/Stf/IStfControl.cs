using System.Numerics;
using Telemetry.SoftSwitch.Switching;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>The way by which a test file's statements reach the switch; packets take the ports whatever it is.</summary>
internal interface IStfControl
{
    void Add(StfStatement s);

    void SetDefault(StfStatement s);

    /// <summary>Removes the entry of that name; every entry when there is no name.</summary>
    void Remove(string id);

    /// <summary>What a counter's cell, or the counter of a named entry, has counted.</summary>
    (long Packets, long Bytes) Count(StfStatement s);

    void SetGroup(int id, IReadOnlyList<Replica> replicas);

    void SetSession(int id, IReadOnlyList<Replica> replicas);

    void RemoveSession(int id);

    BigInteger ReadRegister(string name, int index);

    void WriteRegister(string name, int index, BigInteger value);

    void ResetRegister(string name);

    /// <summary>Adds a member with the next handle, from 0.</summary>
    void AddMember(string profile, string action, IReadOnlyList<string> arguments);

    /// <summary>Adds a group with the next handle, from 0.</summary>
    void AddGroup(string profile);

    void AddToGroup(string profile, uint member, uint group);

    /// <summary>Keys, "=>", a handle and a priority, lower being better.</summary>
    void AddIndirect(StfStatement s);

    void AddToValueSet(string name, BigInteger value);

    /// <summary>Rates in units a microsecond and bursts, the committed one first; of one cell or entry, or of all.</summary>
    void SetRates(StfStatement s, bool one);
}
