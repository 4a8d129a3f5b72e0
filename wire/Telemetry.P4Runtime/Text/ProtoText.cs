using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Telemetry.P4Runtime.Text;

/// <summary>Protobuf text format (what p4c writes as .txtpb) of any proto3 message, read and written through its descriptor.</summary>
public static class ProtoText
{
    /// <summary>Nesting beyond this is an error.</summary>
    public const int MaxDepth = 100;

    /// <summary>Reads one message; <paramref name="types"/> names what google.protobuf.Any may hold (none by default).</summary>
    /// <exception cref="TextFormatException">The text does not describe a <typeparamref name="T"/>; the message has line, column and what was expected.</exception>
    public static T Parse<T>(string text, TypeRegistry? types = null)
        where T : IMessage<T>, new()
    {
        var message = new T();
        Merge(text, message, types);
        return message;
    }

    /// <summary>Reads fields into <paramref name="message"/>: scalars are set, repeated fields appended to.</summary>
    /// <exception cref="TextFormatException">As for <see cref="Parse"/>; what was read before the fault stays in the message.</exception>
    public static void Merge(string text, IMessage message, TypeRegistry? types = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(message);
        new TextReaderState(new Lexer(text), types ?? TypeRegistry.Empty).ReadAll(message);
    }

    /// <summary>The message as text: fields by number, maps by key, one field a line, two spaces a level, "\n" line ends; empty for a default message.</summary>
    public static string Format(IMessage message, TypeRegistry? types = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var writer = new ProtoTextWriter(types ?? TypeRegistry.Empty);
        writer.WriteFields(message, 0);
        return writer.ToString();
    }
}
