namespace Grpc.Wire;

/// <summary>The base64 of a "-bin" header; its padding may be missing.</summary>
internal static class BinaryValue
{
    public static byte[] Parse(string base64) => Convert.FromBase64String((base64.Length % 4) switch
    {
        2 => base64 + "==",
        3 => base64 + "=",
        _ => base64,
    });
}
