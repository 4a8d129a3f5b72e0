using System.Text.Json;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;

namespace Telemetry.SoftSwitch.Programs.Reading;

internal sealed partial class ProgramReader
{
    private readonly Dictionary<string, CounterDef> _counters = [];
    private readonly Dictionary<string, MeterDef> _meters = [];
    private readonly Dictionary<string, RegisterDef> _registers = [];
    private readonly Dictionary<string, CalculationDef> _calculations = [];
    private readonly List<ChecksumDef> _checksums = [];
    private readonly List<DigestDef> _digests = [];
    private readonly List<string> _algorithms = [];

    /// <summary>What all counters, meters and registers of a program may take.</summary>
    private const long MaxArrayBytes = 1L << 30;
    private const int CounterBytes = 16;
    private const int MeterBytes = 96;

    /// <summary>Refuses sizes below 0 and arrays that take more memory than a switch should give one program.</summary>
    private void CheckArrays()
    {
        foreach ((string name, int size) in _counters.Values.Select(c => (c.Name, c.Size)).Concat(_meters.Values.Select(m => (m.Name, m.Size))).Concat(_registers.Values.Select(r => (r.Name, r.Size))))
        {
            if (size < 0)
            {
                Fault($"array {name}", $"size {size}; it is at least 0");
            }
        }

        long bytes = _counters.Values.Where(c => !c.IsDirect).Sum(c => (long)c.Size * CounterBytes)
            + _meters.Values.Where(m => !m.IsDirect).Sum(m => (long)m.Size * MeterBytes)
            + _registers.Values.Sum(r => (long)r.Size * Words.Count(r.Width) * sizeof(ulong));
        if (bytes > MaxArrayBytes)
        {
            Fault("counter_arrays, meter_arrays, register_arrays", $"they need {bytes >> 20} MB; a program may use {MaxArrayBytes >> 20} MB");
        }
    }

    private void ReadArrays()
    {
        foreach (JsonElement item in Items(_root, "counter_arrays"))
        {
            string name = NameOf(item);
            Guard($"counter array {name}", () => AddOnce(
                _counters, name, new CounterDef(_counters.Count, name, SizeOf(item), Flag(item, "is_direct"), Text(item, "binding")), $"counter array {name}"));
        }

        foreach (JsonElement item in Items(_root, "meter_arrays"))
        {
            string name = NameOf(item);
            Guard($"meter array {name}", () =>
            {
                if (item.TryGetProperty("rate_count", out JsonElement rates) && rates.GetInt32() != 2)
                {
                    Fault($"meter array {name}", $"{rates} rates; this switch has meters of 2 rates");
                }

                AddOnce(_meters, name, new MeterDef(_meters.Count, name, SizeOf(item), Flag(item, "is_direct"), Text(item, "type") != "packets", Text(item, "binding")), $"meter array {name}");
            });
        }

        foreach (JsonElement item in Items(_root, "register_arrays"))
        {
            string name = NameOf(item);
            Guard($"register array {name}", () =>
            {
                int width = item.GetProperty("bitwidth").GetInt32();
                CheckWidth($"register array {name}", "a cell", width);
                AddOnce(_registers, name, new RegisterDef(_registers.Count, name, SizeOf(item), width), $"register array {name}");
            });
        }
    }

    private static int SizeOf(JsonElement item) => item.TryGetProperty("size", out JsonElement size) ? size.GetInt32() : 0;

    private void ReadCalculations()
    {
        foreach (JsonElement item in Items(_root, "calculations"))
        {
            string name = NameOf(item);
            Guard($"calculation {name}", () =>
            {
                if (ReadCalculation(item, name, Place($"calculation {name}", item)) is CalculationDef read)
                {
                    _calculations[name] = read;
                }
            });
        }
    }

    private CalculationDef ReadCalculation(JsonElement item, string name, string place)
    {
        string algorithm = item.GetProperty("algo").Required();
        if (!Hashes.IsKnown(algorithm))
        {
            Fault(place, $"algorithm {algorithm} is not supported; known: {string.Join(", ", Hashes.Names)}");
        }

        List<CalculationInput> inputs = [];
        bool payload = false;
        foreach (JsonElement input in Items(item, "input"))
        {
            payload |= Text(input, "type") == "payload";
            if (ReadInput(place, input) is CalculationInput read)
            {
                inputs.Add(read);
            }
        }

        _algorithms.Add(algorithm);
        return new CalculationDef(_algorithms.Count - 1, name, algorithm, inputs, payload);
    }

    private CalculationInput? ReadInput(string place, JsonElement input)
    {
        string type = input.GetProperty("type").Required();
        switch (type)
        {
            case "field":
                return FindField(place, input.GetProperty("value")) is FieldExpr field ? new CalculationInput(field, 0, field.Field.Width, null) : null;
            case "hexstr":
                int width = CheckWidth(place, "a constant", input.GetProperty("bitwidth").GetInt32());
                return new CalculationInput(null, Hex(input.GetProperty("value").Required()), width, null);
            case "header" when _headers.TryGetValue(input.GetProperty("value").Required(), out Header? header):
                return new CalculationInput(null, 0, header.Type.FixedBits, header);
            case "payload":
                return null;
            default:
                Unknown(place, $"input of type {type}", input.GetProperty("value").ToString());
                return null;
        }
    }

    private void ReadDigests()
    {
        foreach (JsonElement item in Items(_root, "learn_lists"))
        {
            string place = $"learn list {NameOf(item)}";
            Guard(place, () =>
            {
                List<CalculationInput> fields = [];
                foreach (JsonElement element in Items(item, "elements"))
                {
                    string type = element.GetProperty("type").Required();
                    if (type is not ("field" or "hexstr"))
                    {
                        Unknown(place, $"element of type {type}", element.GetProperty("value").ToString());
                    }
                    else if (ReadInput(place, element) is CalculationInput field)
                    {
                        fields.Add(field);
                    }
                }

                _digests.Add(new DigestDef(_digests.Count, item.GetProperty("id").GetInt32(), NameOf(item), fields));
            });
        }
    }

    private void ReadChecksums()
    {
        foreach (JsonElement item in Items(_root, "checksums"))
        {
            string place = Place($"checksum {NameOf(item)}", item);
            Guard(place, () =>
            {
                FieldExpr? target = FindField(place, item.GetProperty("target"));
                string calculationName = item.GetProperty("calculation").Required();
                if (!_calculations.TryGetValue(calculationName, out CalculationDef? calculation))
                {
                    Unknown(place, "calculation", calculationName);
                    return;
                }

                if (Text(item, "type") is string type && type != "generic")
                {
                    Unknown(place, "checksum type", type);
                }

                Expr? condition = item.TryGetProperty("if_cond", out JsonElement cond) && cond.ValueKind != JsonValueKind.Null
                    ? ReadExpr(cond, new Scope(place, []))
                    : null;
                bool verify = !item.TryGetProperty("verify", out JsonElement v) || v.GetBoolean();
                bool update = !item.TryGetProperty("update", out JsonElement u) || u.GetBoolean();
                if (target is not null)
                {
                    _checksums.Add(new ChecksumDef(NameOf(item), target, calculation, verify, update, condition));
                }
            });
        }
    }

    private Dictionary<int, IReadOnlyList<FieldExpr>> ReadFieldLists()
    {
        Dictionary<int, IReadOnlyList<FieldExpr>> lists = [];
        foreach (JsonElement item in Items(_root, "field_lists"))
        {
            string place = $"field list {NameOf(item)}";
            Guard(place, () =>
            {
                List<FieldExpr> fields = [];
                foreach (JsonElement element in Items(item, "elements"))
                {
                    string type = element.GetProperty("type").Required();
                    JsonElement value = element.GetProperty("value");
                    if (type == "field" && FindField(place, value) is FieldExpr field)
                    {
                        fields.Add(field);
                    }
                    else if (type == "header" && _headers.TryGetValue(value.Required(), out Header? header))
                    {
                        fields.AddRange(header.Type.Fields.Select(f => new FieldExpr(new FixedHeader(header), f)));
                    }
                    else if (type != "field")
                    {
                        Unknown(place, $"element of type {type}", value.ToString());
                    }
                }

                lists[item.GetProperty("id").GetInt32()] = fields;
            });
        }

        return lists;
    }

    private List<Header> ReadDeparser()
    {
        List<Header> order = [];
        List<JsonElement> deparsers = [.. Items(_root, "deparsers")];
        if (deparsers.Count != 1)
        {
            Fault("deparsers", $"{deparsers.Count} deparsers; v1model has one");
            return order;
        }

        string place = $"deparser {NameOf(deparsers[0])}";
        foreach (JsonElement name in Items(deparsers[0], "order"))
        {
            if (_headers.TryGetValue(name.ToString(), out Header? header))
            {
                order.Add(header);
            }
            else
            {
                Unknown(place, "header", name.ToString());
            }
        }

        if (Items(deparsers[0], "primitives").Any())
        {
            Fault(place, "calls in a deparser are not supported by this switch");
        }

        return order;
    }
}
