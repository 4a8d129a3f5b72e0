using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Telemetry.P4Runtime.Text;

/// <summary>Recursive descent over tokens, steered by descriptors; one look-ahead token.</summary>
internal sealed partial class TextReaderState
{
    private readonly Lexer _lexer;
    private readonly TypeRegistry _types;
    private Token _next;

    public TextReaderState(Lexer lexer, TypeRegistry types)
    {
        _lexer = lexer;
        _types = types;
        _next = lexer.Next();
    }

    public void ReadAll(IMessage message)
    {
        ReadFields(message, null, 0);
        if (_next.Kind != TokenKind.End)
            throw Expected($"a field of {message.Descriptor.FullName} or the end of the text");
    }

    // Up to the closing symbol, which is consumed; null reads to the end of the text.
    private void ReadFields(IMessage message, char? close, int depth)
    {
        if (depth > ProtoText.MaxDepth)
            throw At(_next, $"messages are nested deeper than {ProtoText.MaxDepth}");
        var seen = new HashSet<int>();
        while (_next.Kind != TokenKind.End)
        {
            if (close is { } symbol && _next.Is(symbol))
            {
                Take();
                return;
            }
            if (message is Any any && _next.Is('['))
                ReadAny(any, depth);
            else
                ReadField(message, seen, depth);
            if (_next.Is(',') || _next.Is(';'))
                Take();
        }
        if (close is not null)
            throw Expected($"'{close}' or a field of {message.Descriptor.FullName}");
    }

    private void ReadField(IMessage message, HashSet<int> seen, int depth)
    {
        var type = message.Descriptor;
        if (_next.Kind != TokenKind.Name)
            throw Expected($"a field name of {type.FullName}");
        var name = Take();
        var field = type.FindFieldByName(name.Value) ?? throw At(name, $"{type.FullName} has no field {name.Value}; known: {KnownFields(type)}");
        if (!field.IsRepeated && !seen.Add(field.FieldNumber))
            throw At(name, $"field {field.Name} of {type.FullName} is given twice");
        if (field.RealContainingOneof is { } group)
        {
            var other = group.Fields.FirstOrDefault(f => f != field && seen.Contains(f.FieldNumber));
            if (other is not null)
                throw At(name, $"fields {other.Name} and {field.Name} exclude each other in {type.FullName}");
        }

        var isMessage = field.FieldType == FieldType.Message;
        if (_next.Is(':'))
            Take();
        else if (!isMessage || (!_next.Is('{') && !_next.Is('<') && !_next.Is('[')))
            throw Expected(isMessage ? $"'{{' after {field.Name}" : $"':' after {field.Name}");

        if (_next.Is('[') && field.IsRepeated)
        {
            ReadList(message, field, depth);
            return;
        }
        ReadOne(message, field, depth);
    }

    private void ReadList(IMessage message, FieldDescriptor field, int depth)
    {
        Take();
        if (_next.Is(']'))
        {
            Take();
            return;
        }
        while (true)
        {
            ReadOne(message, field, depth);
            if (_next.Is(']'))
            {
                Take();
                return;
            }
            if (!_next.Is(','))
                throw Expected($"',' or ']' in the list of {field.Name}");
            Take();
        }
    }

    private void ReadOne(IMessage message, FieldDescriptor field, int depth)
    {
        if (field.IsMap)
        {
            ReadMapEntry((IDictionary)field.Accessor.GetValue(message), field, depth);
            return;
        }
        var value = field.FieldType == FieldType.Message ? ReadMessage(field, depth) : ReadScalar(field);
        if (field.IsRepeated)
            ((IList)field.Accessor.GetValue(message)).Add(value);
        else
            field.Accessor.SetValue(message, value);
    }

    private object ReadMessage(FieldDescriptor field, int depth)
    {
        var close = TakeOpening(field.Name);
        var child = field.MessageType.Parser.ParseFrom(ByteString.Empty);
        ReadFields(child, close, depth + 1);
        // Wrapper types appear as nullable scalars in generated C#.
        return field.MessageType.File.Name == "google/protobuf/wrappers.proto"
            ? child.Descriptor.FindFieldByNumber(1).Accessor.GetValue(child)
            : child;
    }

    private void ReadMapEntry(IDictionary map, FieldDescriptor field, int depth)
    {
        var close = TakeOpening(field.Name);
        var keyField = field.MessageType.FindFieldByNumber(1);
        var valueField = field.MessageType.FindFieldByNumber(2);
        object? key = null;
        object? value = null;
        while (!_next.Is(close))
        {
            var name = _next;
            if (name.Kind != TokenKind.Name || name.Value is not ("key" or "value"))
                throw Expected($"'key', 'value' or '{close}' in an entry of {field.Name}");
            Take();
            if (_next.Is(':'))
                Take();
            if (name.Value == "key")
                key = ReadScalar(keyField);
            else
                value = valueField.FieldType == FieldType.Message ? ReadMessage(valueField, depth) : ReadScalar(valueField);
            if (_next.Is(',') || _next.Is(';'))
                Take();
        }
        Take();
        map[key ?? DefaultOf(keyField)] = value ?? DefaultOf(valueField);
    }

    private void ReadAny(Any any, int depth)
    {
        var open = Take();
        var url = "";
        while (!_next.Is(']'))
        {
            if (_next.Kind is not (TokenKind.Name or TokenKind.Number) && !_next.Is('.') && !_next.Is('/') && !_next.Is('-'))
                throw Expected("']' after the type of an Any");
            url += Take().Value;
        }
        Take();
        var name = url[(url.LastIndexOf('/') + 1)..];
        var type = _types.Find(name) ?? throw At(open, $"type {name} of an Any is not known here");
        if (_next.Is(':'))
            Take();
        var close = TakeOpening(url);
        var message = type.Parser.ParseFrom(ByteString.Empty);
        ReadFields(message, close, depth + 1);
        any.TypeUrl = url;
        any.Value = message.ToByteString();
    }

    private char TakeOpening(string what)
    {
        if (!_next.Is('{') && !_next.Is('<'))
            throw Expected($"'{{' after {what}");
        return Take().Is('{') ? '}' : '>';
    }

    private Token Take()
    {
        var token = _next;
        _next = _lexer.Next();
        return token;
    }

    private static string KnownFields(MessageDescriptor type) => string.Join(", ", type.Fields.InFieldNumberOrder().Select(f => f.Name));

    private TextFormatException Expected(string what) => At(_next, $"expected {what}, found {_next.Shown}");

    private static TextFormatException At(Token token, string problem) => new(token.Line, token.Column, problem);
}
