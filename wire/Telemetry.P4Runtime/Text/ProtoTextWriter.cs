using System.Collections;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Telemetry.P4Runtime.Text;

/// <summary>Writes messages as protobuf text format.</summary>
internal sealed class ProtoTextWriter(TypeRegistry types)
{
    private readonly StringBuilder _out = new();

    public override string ToString() => _out.ToString();

    public void WriteFields(IMessage message, int level)
    {
        if (message is Any any && types.Find(Any.GetTypeName(any.TypeUrl)) is { } type)
        {
            Open($"[{any.TypeUrl}]", level);
            WriteFields(type.Parser.ParseFrom(any.Value), level + 1);
            Close(level);
            return;
        }
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
            WriteField(message, field, level);
    }

    private void WriteField(IMessage message, FieldDescriptor field, int level)
    {
        var value = field.Accessor.GetValue(message);
        if (field.IsMap)
        {
            WriteMap((IDictionary)value, field, level);
        }
        else if (field.IsRepeated)
        {
            foreach (var item in (IEnumerable)value)
                WriteValue(field, item, level);
        }
        else if (field.HasPresence ? field.Accessor.HasValue(message) : !IsDefault(value))
        {
            WriteValue(field, value, level);
        }
    }

    private void WriteMap(IDictionary map, FieldDescriptor field, int level)
    {
        var keyField = field.MessageType.FindFieldByNumber(1);
        var valueField = field.MessageType.FindFieldByNumber(2);
        var keys = map.Keys.Cast<object>().ToArray();
        Array.Sort(keys, (a, b) => a is string ? string.CompareOrdinal((string)a, (string)b) : Comparer.DefaultInvariant.Compare(a, b));
        foreach (var key in keys)
        {
            Open(field.Name, level);
            WriteValue(keyField, key, level + 1);
            WriteValue(valueField, map[key]!, level + 1);
            Close(level);
        }
    }

    private void WriteValue(FieldDescriptor field, object value, int level)
    {
        if (field.FieldType != FieldType.Message)
        {
            Indent(level).Append(field.Name).Append(": ").Append(Scalar(field, value)).Append('\n');
            return;
        }
        Open(field.Name, level);
        if (value is IMessage message)
            WriteFields(message, level + 1);
        else if (!IsDefault(value))
            WriteValue(field.MessageType.FindFieldByNumber(1), value, level + 1);
        Close(level);
    }

    private void Open(string name, int level) => Indent(level).Append(name).Append(" {\n");

    private void Close(int level) => Indent(level).Append("}\n");

    private StringBuilder Indent(int level) => _out.Append(' ', 2 * level);

    private static bool IsDefault(object value) => value switch
    {
        string text => text.Length == 0,
        ByteString bytes => bytes.IsEmpty,
        bool flag => !flag,
        double real => BitConverter.DoubleToInt64Bits(real) == 0,
        float real => BitConverter.SingleToInt32Bits(real) == 0,
        _ => Convert.ToDecimal(value, CultureInfo.InvariantCulture) == 0,
    };

    private static string Scalar(FieldDescriptor field, object value) => value switch
    {
        string text => Quote(Encoding.UTF8.GetBytes(text)),
        ByteString bytes => Quote(bytes.Span),
        bool flag => flag ? "true" : "false",
        double real => Real(real, real.ToString("R", CultureInfo.InvariantCulture)),
        float real => Real(real, real.ToString("R", CultureInfo.InvariantCulture)),
        _ when field.FieldType == FieldType.Enum => EnumName(field, Convert.ToInt32(value, CultureInfo.InvariantCulture)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string EnumName(FieldDescriptor field, int number) =>
        field.EnumType.FindValueByNumber(number)?.Name ?? number.ToString(CultureInfo.InvariantCulture);

    private static string Real(double value, string digits) =>
        double.IsNaN(value) ? "nan" : double.IsInfinity(value) ? (value < 0 ? "-inf" : "inf") : digits;

    // Octal escapes for whatever is not printable ASCII, as p4c writes them: three digits, so that a digit may follow.
    private static string Quote(ReadOnlySpan<byte> bytes)
    {
        var quoted = new StringBuilder("\"", bytes.Length + 2);
        foreach (var b in bytes)
        {
            _ = b switch
            {
                (byte)'\n' => quoted.Append("\\n"),
                (byte)'\r' => quoted.Append("\\r"),
                (byte)'\t' => quoted.Append("\\t"),
                (byte)'"' => quoted.Append("\\\""),
                (byte)'\\' => quoted.Append("\\\\"),
                >= 0x20 and < 0x7F => quoted.Append((char)b),
                _ => quoted.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7))),
            };
        }
        return quoted.Append('"').ToString();
    }
}
