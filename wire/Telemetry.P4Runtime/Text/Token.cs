namespace Telemetry.P4Runtime.Text;

internal enum TokenKind
{
    End,
    Name,
    Number,
    Text,
    Symbol,
}

/// <summary>One token and where it starts; <see cref="Bytes"/> only for <see cref="TokenKind.Text"/>.</summary>
internal readonly record struct Token(TokenKind Kind, string Value, byte[]? Bytes, int Line, int Column)
{
    public bool Is(char symbol) => Kind == TokenKind.Symbol && Value[0] == symbol;

    /// <summary>The token as an error message shows it.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end of the text",
        TokenKind.Text => "a string",
        _ => $"'{Value}'",
    };
}
