namespace Telemetry.P4Runtime.Values;

/// <summary>How a field's value is written as text.</summary>
public enum ValueFormat
{
    /// <summary>Decimal up to 16 bits, else by width: 32 an IPv4 address if the name says so, 48 a MAC, 128 an IPv6 address, otherwise hexadecimal.</summary>
    Auto,

    /// <summary>Unsigned decimal.</summary>
    Number,

    /// <summary>0x and lower-case digits.</summary>
    Hex,

    /// <summary>aa:bb:cc:dd:ee:ff; 48 bits.</summary>
    Mac,

    /// <summary>Dotted quad; 32 bits.</summary>
    Ipv4,

    /// <summary>RFC 5952 text; 128 bits.</summary>
    Ipv6,

    /// <summary>The bytes are UTF-8 text (a translated type with string values); there is no width.</summary>
    Text,
}
