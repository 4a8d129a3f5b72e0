using System.Globalization;
using System.Numerics;
using P4.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using MeterType = P4.Config.V1.MeterSpec.Types.Type;
using Type = P4.V1.Update.Types.Type;

namespace Telemetry.SoftSwitch.Tests.Stf;

/// <summary>Action profiles, value sets and meters; ids are one above BMv2's handles.</summary>
internal sealed partial class ServiceControl
{
    private readonly Dictionary<string, uint> _members = [];
    private readonly Dictionary<string, List<ActionProfileGroup>> _profileGroups = [];
    private readonly List<ValueSetEntry> _valueSets = [];

    public void AddMember(string profile, string action, IReadOnlyList<string> arguments)
    {
        ActionProfileInfo found = StfNames.Pick(_info.ActionProfiles, p => p.Name, profile, "action profile");
        ActionInfo called = StfNames.Pick(_info.Actions.Where(a => a.Parameters.Count == arguments.Count).ToList(), a => a.Name, action, "action");
        P4.V1.Action call = new() { ActionId = called.Id };
        call.Params.Add(called.Parameters.Select((p, i) => new P4.V1.Action.Types.Param { ParamId = p.Id, Value = Value(p, StfValues.Number(arguments[i])) }));
        uint id = _members[profile] = _members.GetValueOrDefault(profile) + 1;
        Write(Type.Insert, new Entity { ActionProfileMember = new() { ActionProfileId = found.Id, MemberId = id, Action = call } });
    }

    public void AddGroup(string profile)
    {
        ActionProfileInfo found = StfNames.Pick(_info.ActionProfiles, p => p.Name, profile, "action profile");
        if (!_profileGroups.TryGetValue(profile, out List<ActionProfileGroup>? groups))
        {
            _profileGroups[profile] = groups = [];
        }

        groups.Add(new ActionProfileGroup { ActionProfileId = found.Id, GroupId = (uint)groups.Count + 1, MaxSize = found.Source.MaxGroupSize });
        Write(Type.Insert, new Entity { ActionProfileGroup = groups[^1] });
    }

    public void AddToGroup(string profile, uint member, uint group)
    {
        ActionProfileGroup changed = _profileGroups[profile][(int)group];
        changed.Members.Add(new ActionProfileGroup.Types.Member { MemberId = member + 1, Weight = 1 });
        Write(Type.Modify, new Entity { ActionProfileGroup = changed });
    }

    public void AddIndirect(StfStatement s)
    {
        (TableDef definition, TableInfo table) = Find(s.Name);
        int keys = definition.Keys.Count;
        TableEntry entry = Key(definition, table, [.. definition.Keys.Select((k, i) => StfValues.CliMatch(s.Numbers[i], k))]);
        entry.Priority = table.NeedsPriority ? 10_000 - int.Parse(s.Numbers[keys + 2], CultureInfo.InvariantCulture) : 0;
        uint id = uint.Parse(s.Numbers[keys + 1], CultureInfo.InvariantCulture) + 1;
        entry.Action = s.Command == "table_indirect_add" ? new TableAction { ActionProfileMemberId = id } : new TableAction { ActionProfileGroupId = id };
        Write(Type.Insert, new Entity { TableEntry = entry });
    }

    public void AddToValueSet(string name, BigInteger value)
    {
        ValueSetInfo set = StfNames.Pick(_info.ValueSets, v => v.Name, name, "value set");
        ValueSetEntry? entry = _valueSets.Find(e => e.ValueSetId == set.Id);
        if (entry is null)
        {
            _valueSets.Add(entry = new ValueSetEntry { ValueSetId = set.Id });
        }

        ValueSetMember member = new();
        foreach (MatchFieldInfo field in set.MatchFields.Reverse())
        {
            member.Match.Insert(0, new FieldMatch { FieldId = field.Id, Exact = new() { Value = Bytes(value & ((BigInteger.One << field.Width) - 1)) } });
            value >>= field.Width;
        }

        entry.Members.Add(member);
        Write(Type.Modify, new Entity { ValueSetEntry = entry });
    }

    public void SetRates(StfStatement s, bool one)
    {
        MeterRates rates = StfValues.Rates(s, one);
        MeterConfig config = new() { Cir = rates.Cir, Cburst = rates.Cburst, Pir = rates.Pir, Pburst = rates.Pburst };
        if (_info.DirectMeters.Any(m => m.Name.EndsWith(s.Name, StringComparison.Ordinal)))
        {
            MeterInfo direct = StfNames.Pick(_info.DirectMeters, m => m.Name, s.Name, "direct meter");
            TableEntry entry = _controller.Read(new Entity { TableEntry = new() { TableId = direct.TableId } })[int.Parse(s.Numbers[0], CultureInfo.InvariantCulture)].TableEntry;
            TableEntry key = new() { TableId = entry.TableId, Priority = entry.Priority };
            key.Match.Add(entry.Match);
            Write(Type.Modify, new Entity { DirectMeterEntry = new() { TableEntry = key, Config = config } });
            return;
        }

        MeterInfo meter = StfNames.Pick(_info.Meters, m => m.Name, s.Name, "meter");
        Assert.Equal(MeterType.TwoRateThreeColor, meter.Type);
        MeterEntry cell = new() { MeterId = meter.Id, Index = one ? At(int.Parse(s.Numbers[0], CultureInfo.InvariantCulture)) : null, Config = config };
        Write(Type.Modify, new Entity { MeterEntry = cell });
    }
}
