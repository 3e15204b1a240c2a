using Orleans.Runtime;

namespace Orleans;

/// <summary>Identities and references of grains, asked of a grain or of a reference to it.</summary>
public static class GrainExtensions
{
    /// <summary>A reference that other grains may be given in place of <c>this</c>.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) =>
        (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

    public static object AsReference(this IAddressable grain, Type interfaceType) => grain switch
    {
        GrainProxy proxy => proxy.Caller.Refer(interfaceType, proxy.GrainId),
        IGrainBase { GrainContext: Activation activation } => activation.Silo.Caller.Refer(interfaceType, activation.GrainId),
        _ => throw NotAGrain(grain),
    };

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    public static object Cast(this IAddressable grain, Type interfaceType) => grain.AsReference(interfaceType);

    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainProxy proxy => proxy.GrainId,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        _ => throw NotAGrain(grain),
    };

    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    public static Guid GetPrimaryKey(this IAddressable grain) => grain.GetPrimaryKey(out _);

    public static Guid GetPrimaryKey(this IAddressable grain, out string? keyExt) =>
        grain.GetGrainId().TryGetGuidKey(out Guid key, out keyExt)
            ? key
            : throw new InvalidOperationException($"{grain.GetGrainId()} has no GUID key.");

    public static long GetPrimaryKeyLong(this IAddressable grain) => grain.GetPrimaryKeyLong(out _);

    public static long GetPrimaryKeyLong(this IAddressable grain, out string? keyExt) =>
        grain.GetGrainId().TryGetIntegerKey(out long key, out keyExt)
            ? key
            : throw new InvalidOperationException($"{grain.GetGrainId()} has no integer key.");

    private static ArgumentException NotAGrain(IAddressable grain) =>
        new($"{grain.GetType().FullName} is neither a grain of a silo nor a reference to one.", nameof(grain));
}
