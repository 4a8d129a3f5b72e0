using System.Globalization;
using System.Numerics;
using P4.Config.V1;
using Telemetry.P4Runtime.Schema;
using Telemetry.SoftSwitch.Execution;
using Telemetry.SoftSwitch.Programs.Model;
using Telemetry.SoftSwitch.Service.Answers;
using Telemetry.SoftSwitch.Service.Requests;
using Telemetry.SoftSwitch.Service.Values;
using Telemetry.SoftSwitch.Tables;

namespace Telemetry.SoftSwitch.Service.Pipelines;

/// <summary>An action of a table or profile: the P4Info's and the program's, parameter by parameter.</summary>
internal sealed class BoundAction
{
    private readonly ValueCodec[] _codecs;
    private readonly uint[] _ids;

    /// <exception cref="P4InfoException">The two do not belong together.</exception>
    public BoundAction(string owner, ActionInfo info, ActionDef definition, ActionRef.Types.Scope scope, Translations translations)
    {
        Info = info;
        Definition = definition;
        Scope = scope;
        if (definition.Params.Count != info.Parameters.Count)
        {
            throw new P4InfoException($"action {info.Name} has {info.Parameters.Count} parameters in the P4Info and {definition.Params.Count} in the program");
        }

        _ids = [.. info.Parameters.Select(p => p.Id)];
        _codecs = new ValueCodec[_ids.Length];
        for (int i = 0; i < _codecs.Length; i++)
        {
            FieldInfo parameter = info.Parameters[i];
            Translation? translation = translations.For(parameter);
            if (translation is null && definition.Params[i].Width != parameter.Width)
            {
                throw new P4InfoException(
                    $"action {info.Name}, parameter {parameter.Name}: {parameter.Width} bits in the P4Info, {definition.Params[i].Width} in the program");
            }

            _codecs[i] = new ValueCodec($"{owner}, action {info.Name}, parameter {parameter.Name}", definition.Params[i].Width, translation);
        }

        if (_codecs.Length == 0)
        {
            Empty = new ActionCall(definition, []);
        }
    }

    public ActionInfo Info { get; }

    public ActionDef Definition { get; }

    public ActionRef.Types.Scope Scope { get; }

    /// <summary>The call of an action without parameters; null where it has some.</summary>
    private ActionCall? Empty { get; }

    /// <exception cref="EntityFault">A parameter is missing, unknown, given twice, or does not fit.</exception>
    public ActionCall Parse(P4.V1.Action call)
    {
        if (Empty is not null && call.Params.Count == 0)
        {
            return Empty;
        }

        ulong[] data = new ulong[Definition.Words];
        ulong given = 0;
        int count = 0;
        for (int i = 0; i < call.Params.Count; i++)
        {
            P4.V1.Action.Types.Param param = call.Params[i];
            int index = i < _ids.Length && _ids[i] == param.ParamId ? i : Array.IndexOf(_ids, param.ParamId);
            bool isRepeated = index >= 0 && (index < 64 ? (given >> index & 1) != 0 : call.Params.Take(i).Any(p => p.ParamId == param.ParamId));
            if (index < 0 || isRepeated)
            {
                throw EntityFault.Invalid($"action {Info.Name}: parameter {param.ParamId} is {(index < 0 ? "unknown" : "given twice")}; its parameters: {string.Join(", ", Info.Parameters.Select(p => $"{p.Name} ({p.Id})"))}");
            }

            given |= index < 64 ? 1UL << index : 0;
            count++;
            ParamDef definition = Definition.Params[index];
            if (definition.Width <= 64)
            {
                data[definition.Slot] = _codecs[index].ParseWord(param.Value);
            }
            else
            {
                Words.Put(data, definition.Slot, definition.Width, _codecs[index].Parse(param.Value));
            }
        }

        if (count < _ids.Length)
        {
            FieldInfo missing = Info.Parameters.First(p => call.Params.All(given => given.ParamId != p.Id));
            throw EntityFault.Invalid(string.Create(CultureInfo.InvariantCulture, $"action {Info.Name}: parameter {missing.Name} ({missing.Id}, {missing.Width} bits) is missing"));
        }

        return new ActionCall(Definition, data);
    }

    public P4.V1.Action Format(ulong[] data)
    {
        P4.V1.Action call = new() { ActionId = Info.Id };
        for (int i = 0; i < _ids.Length; i++)
        {
            ParamDef definition = Definition.Params[i];
            call.Params.Add(new P4.V1.Action.Types.Param
            {
                ParamId = _ids[i],
                Value = definition.Width <= 64 ? _codecs[i].FormatWord(data[definition.Slot]) : _codecs[i].Format(Words.Get(data.AsSpan(definition.Slot), definition.Width)),
            });
        }

        return call;
    }

    /// <summary>Writes what <see cref="Format"/> makes.</summary>
    public void Encode(int field, ulong[] data, MessageWriter to)
    {
        int end = to.Length;
        for (int i = _ids.Length - 1; i >= 0; i--)
        {
            ParamDef definition = Definition.Params[i];
            int paramEnd = to.Length;
            if (definition.Width <= 64)
            {
                _codecs[i].EncodeWord(P4.V1.Action.Types.Param.ValueFieldNumber, data[definition.Slot], to);
            }
            else
            {
                _codecs[i].Encode(P4.V1.Action.Types.Param.ValueFieldNumber, Words.Get(data.AsSpan(definition.Slot), definition.Width), to);
            }

            to.Number(P4.V1.Action.Types.Param.ParamIdFieldNumber, _ids[i]);
            to.Nest(P4.V1.Action.ParamsFieldNumber, paramEnd);
        }

        to.Number(P4.V1.Action.ActionIdFieldNumber, Info.Id);
        to.Nest(field, end);
    }

    /// <summary>Reads the parameters of a call, which follow its id; false when one is wrong or missing.</summary>
    public bool TryRead(ref MessageReader reader, out ActionCall? call)
    {
        call = Empty;
        if (Empty is not null || _ids.Length > 64)
        {
            return Empty is not null && reader.IsAtEnd;
        }

        ulong[] data = new ulong[Definition.Words];
        int next = 0;
        for (; !reader.IsAtEnd; next++)
        {
            // In the order of the P4Info, as everyone writes them.
            if (next >= _ids.Length || !reader.TryField(out int field) || field != P4.V1.Action.ParamsFieldNumber || !reader.TryBytes(out ReadOnlySpan<byte> param))
            {
                return false;
            }

            MessageReader inside = new(param);
            ParamDef definition = Definition.Params[next];
            if (!inside.TryField(out field) || field != P4.V1.Action.Types.Param.ParamIdFieldNumber || !inside.TryNumber(out ulong id) || id != _ids[next]
                || !inside.TryField(out field) || field != P4.V1.Action.Types.Param.ValueFieldNumber || !inside.TryBytes(out ReadOnlySpan<byte> value) || !inside.IsAtEnd
                || !_codecs[next].TryRead(value, data.AsSpan(definition.Slot)))
            {
                return false;
            }
        }

        call = new ActionCall(Definition, data);
        return next == _ids.Length;
    }
}
