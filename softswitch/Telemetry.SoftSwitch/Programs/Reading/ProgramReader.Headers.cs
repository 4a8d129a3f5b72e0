using System.Text.Json;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Programs.Reading;

internal sealed partial class ProgramReader
{
    /// <summary>A frame holds no more; wider fields are a mistake.</summary>
    private const int MaxWidth = 65_536;
    private readonly Dictionary<string, HeaderType> _types = [];
    private readonly Dictionary<string, Header> _headers = [];
    private readonly Dictionary<string, HeaderStack> _stacks = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _unionTypes = [];
    private readonly Dictionary<string, HeaderUnion> _unions = [];
    private readonly Dictionary<string, UnionStack> _unionStacks = [];
    private int _slots;
    private int _metadataSlots;
    private int _spillSlot;
    private int _varBytes;

    private void ReadHeaders()
    {
        foreach (JsonElement item in Items(_root, "header_types"))
        {
            Guard($"header type {NameOf(item)}", () => ReadHeaderType(item));
        }

        List<JsonElement> instances = [.. Items(_root, "headers")];
        Dictionary<int, JsonElement> byId = [];
        foreach (JsonElement item in instances)
        {
            Guard($"header {NameOf(item)}", () =>
            {
                byId[item.GetProperty("id").GetInt32()] = item;
                if (Flag(item, "metadata"))
                {
                    AddHeader(item);
                }
            });
        }

        _metadataSlots = _slots;
        foreach (JsonElement item in Items(_root, "header_stacks"))
        {
            Guard($"header stack {NameOf(item)}", () => ReadStack(item, byId));
        }

        ReadUnions(byId);
        foreach (JsonElement item in instances)
        {
            Guard($"header {NameOf(item)}", () =>
            {
                if (!_headers.ContainsKey(item.GetProperty("name").Required()))
                {
                    AddHeader(item);
                }
            });
        }

        _spillSlot = _slots;
        _slots += _types.Values.Select(t => t.Slots).Concat(_unions.Values.Select(u => u.Slots)).DefaultIfEmpty(1).Max();
    }

    private void ReadUnions(Dictionary<int, JsonElement> byId)
    {
        foreach (JsonElement item in Items(_root, "header_union_types"))
        {
            Guard($"header union type {NameOf(item)}", () => _unionTypes[NameOf(item)] = [.. Items(item, "headers").Select(h => h[0].Required())]);
        }

        Dictionary<int, JsonElement> unionsById = [];
        foreach (JsonElement item in Items(_root, "header_unions"))
        {
            Guard($"header union {NameOf(item)}", () => unionsById[item.GetProperty("id").GetInt32()] = item);
        }

        foreach (JsonElement item in Items(_root, "header_union_stacks"))
        {
            string name = NameOf(item);
            string place = $"header union stack {name}";
            Guard(place, () =>
            {
                List<HeaderUnion> items = [];
                int next = _slots++;
                foreach (JsonElement id in item.GetProperty("header_union_ids").EnumerateArray())
                {
                    if (unionsById.TryGetValue(id.GetInt32(), out JsonElement union))
                    {
                        items.Add(ReadUnion(union, byId));
                    }
                    else
                    {
                        Fault(place, $"no header union has id {id}");
                    }
                }

                if (items.Count == 0 || items.Any(u => u.Members.Count == 0 || !u.Members.Select(m => m.Type).SequenceEqual(items[0].Members.Select(m => m.Type))))
                {
                    Fault(place, "has no elements, or elements of different types");
                    return;
                }

                _unionStacks[name] = new UnionStack(name, items, next);
            });
        }

        foreach (JsonElement item in unionsById.Values)
        {
            Guard($"header union {NameOf(item)}", () =>
            {
                if (!_unions.ContainsKey(NameOf(item)))
                {
                    ReadUnion(item, byId);
                }
            });
        }
    }

    private HeaderUnion ReadUnion(JsonElement item, Dictionary<int, JsonElement> byId)
    {
        string name = NameOf(item);
        List<Header> members = [];
        foreach (JsonElement id in item.GetProperty("header_ids").EnumerateArray())
        {
            if (!byId.TryGetValue(id.GetInt32(), out JsonElement header))
            {
                Fault($"header union {name}", $"no header has id {id}");
            }
            else if (_headers.ContainsKey(NameOf(header)))
            {
                Fault($"header union {name}", $"header {NameOf(header)} is a member of another union or stack");
            }
            else
            {
                members.Add(AddHeader(header));
            }
        }

        for (int i = 0; i < members.Count; i++)
        {
            Header member = members[i];
            members[i] = member with { Siblings = [.. members.Where((_, other) => other != i).Select(o => o.Slot - member.Slot)] };
            _headers[member.Name] = members[i];
        }

        HeaderUnion union = new(name, members);
        _unions[name] = union;
        return union;
    }

    private void ReadHeaderType(JsonElement item)
    {
        string name = item.GetProperty("name").Required();
        List<FieldDef> fields = [];
        int slot = 1;
        int bits = 0;
        int maxLength = item.TryGetProperty("max_length", out JsonElement max) && max.ValueKind == JsonValueKind.Number ? max.GetInt32() : 0;
        int fixedBits = Items(item, "fields").Where(f => f[1].ValueKind == JsonValueKind.Number).Sum(f => f[1].GetInt32());
        foreach (JsonElement field in Items(item, "fields"))
        {
            string fieldName = field[0].Required();
            bool isSigned = field.GetArrayLength() > 2 && field[2].ValueKind == JsonValueKind.True;
            if (field[1].ValueKind != JsonValueKind.Number)
            {
                fields.Add(new FieldDef(fieldName, Math.Max(0, (maxLength * 8) - fixedBits), false, true, slot++));
                continue;
            }

            int width = field[1].GetInt32();
            if (width is < 1 or > MaxWidth)
            {
                Fault($"header type {name}, field {fieldName}", $"{width} bits wide; a field has 1 to {MaxWidth} bits");
                width = 1;
            }

            FieldDef definition = new(fieldName, width, isSigned, false, slot);
            fields.Add(definition);
            slot += definition.Words;
            bits += width;
        }

        if (fields.Count(f => f.IsVarbit) > 1)
        {
            Fault($"header type {name}", "more than one varbit field");
        }

        Expr? length = item.TryGetProperty("length_exp", out JsonElement expression) && expression.ValueKind == JsonValueKind.Object
            ? ReadExpr(expression, new Scope($"header type {name}, length_exp", []) { OwnFields = fields })
            : null;
        _types[name] = new HeaderType(name, fields, slot, bits) { VarbitBits = length };
    }

    private Header AddHeader(JsonElement item)
    {
        string name = item.GetProperty("name").Required();
        string typeName = item.GetProperty("header_type").Required();
        if (!_types.TryGetValue(typeName, out HeaderType? type))
        {
            Fault($"header {name}", $"unknown header type {typeName}");
            type = new HeaderType(typeName, [], 1, 0);
        }

        bool isMetadata = Flag(item, "metadata");
        if (!isMetadata && type.FixedBits % 8 != 0)
        {
            Fault($"header {name}", $"its type {typeName} is {type.FixedBits} bits long, which is not a multiple of 8");
        }

        Header header = new(name, type, isMetadata, _slots, _varBytes);
        _slots += type.Slots;
        _varBytes += type.VarBytes;
        _headers[name] = header;
        return header;
    }

    private void ReadStack(JsonElement item, Dictionary<int, JsonElement> byId)
    {
        string name = item.GetProperty("name").Required();
        List<Header> items = [];
        int next = _slots++;
        foreach (JsonElement id in item.GetProperty("header_ids").EnumerateArray())
        {
            if (byId.TryGetValue(id.GetInt32(), out JsonElement header))
            {
                items.Add(AddHeader(header));
            }
            else
            {
                Fault($"header stack {name}", $"no header has id {id}");
            }
        }

        if (items.Count > 0)
        {
            _stacks[name] = new HeaderStack(name, items[0].Type, items, next);
        }
        else
        {
            Fault($"header stack {name}", "has no elements");
        }
    }

    private FieldExpr? FindField(string place, JsonElement pair)
    {
        string headerName = pair[0].Required();
        string fieldName = pair[1].Required();
        if (!_headers.TryGetValue(headerName, out Header? header))
        {
            Fault(place, $"unknown header {headerName} in {headerName}.{fieldName}");
            return null;
        }

        if (header.Type.Find(fieldName) is not FieldDef field)
        {
            Fault(place, $"header {headerName} has no field {fieldName}; its fields: {string.Join(", ", header.Type.Fields.Select(f => f.Name))}");
            return null;
        }

        return new FieldExpr(new FixedHeader(header), field);
    }

    private Intrinsics ReadIntrinsics()
    {
        Dictionary<string, int> aliases = [];
        foreach (JsonElement alias in Items(_root, "field_aliases"))
        {
            aliases[alias[0].Required()] = SlotOf(alias[1][0].Required(), alias[1][1].Required());
        }

        int Find(string header, string field) => aliases.TryGetValue($"{header}.{field}", out int slot) ? slot : SlotOf(header, field);
        foreach (string field in (string[])["ingress_port", "packet_length", "instance_type", "egress_spec", "egress_port"])
        {
            if (Find("standard_metadata", field) < 0)
            {
                Fault("headers", $"no field standard_metadata.{field}, which a v1model program has");
            }
        }

        return new Intrinsics
        {
            IngressPort = Find("standard_metadata", "ingress_port"),
            EgressSpec = Find("standard_metadata", "egress_spec"),
            EgressPort = Find("standard_metadata", "egress_port"),
            InstanceType = Find("standard_metadata", "instance_type"),
            PacketLength = Find("standard_metadata", "packet_length"),
            ChecksumError = Find("standard_metadata", "checksum_error"),
            ParserError = Find("standard_metadata", "parser_error"),
            EnqTimestamp = Find("queueing_metadata", "enq_timestamp"),
            EnqQdepth = Find("queueing_metadata", "enq_qdepth"),
            DeqTimedelta = Find("queueing_metadata", "deq_timedelta"),
            DeqQdepth = Find("queueing_metadata", "deq_qdepth"),
            Qid = Find("queueing_metadata", "qid"),
            IngressTimestamp = Find("intrinsic_metadata", "ingress_global_timestamp"),
            EgressTimestamp = Find("intrinsic_metadata", "egress_global_timestamp"),
            McastGroup = Find("intrinsic_metadata", "mcast_grp"),
            EgressRid = Find("intrinsic_metadata", "egress_rid"),
            Priority = Find("intrinsic_metadata", "priority"),
        };
    }

    private int SlotOf(string header, string field)
    {
        if (!_headers.TryGetValue(header, out Header? found) || found.Type.Find(field) is not FieldDef definition)
        {
            return -1;
        }

        if (definition.IsVarbit || definition.IsWide)
        {
            Fault($"{header}.{field}", "the switch sets this field; it has at most 64 bits and is no varbit");
        }

        return found.Slot + definition.Slot;
    }
}
