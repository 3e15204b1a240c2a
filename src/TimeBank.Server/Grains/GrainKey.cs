using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The key of a region's grain: <c>430211/0ABC…</c>, or <c>430211</c> where a region has only one. Keys are stored:
/// never change their text.
/// </summary>
/// <param name="LocalId">The id within the region, such as a party's or a fund's; empty for the region's only one.</param>
public readonly record struct GrainKey(RegionCode Region, string LocalId)
{
    /// <exception cref="FormatException">The text doesn't begin with a region.</exception>
    public static GrainKey Parse(string text)
    {
        int slash = text.IndexOf('/');
        return slash < 0 ? new(RegionCode.Parse(text), "") : new(RegionCode.Parse(text[..slash]), text[(slash + 1)..]);
    }

    public override string ToString() => LocalId.Length == 0 ? Region.ToString() : $"{Region}/{LocalId}";
}

/// <summary>Finds grains by their <see cref="GrainKey"/>.</summary>
public static class GrainKeys
{
    public static T GetGrain<T>(this IGrainFactory grains, GrainKey key)
        where T : class, IGrainWithStringKey => Known<T>.Grain(grains, key.ToString());

    /// <summary>The grain of a region's party, order, fund or other thing.</summary>
    public static T GetGrain<T>(this IGrainFactory grains, RegionCode region, object id)
        where T : class, IGrainWithStringKey => grains.GetGrain<T>(new GrainKey(region, id.ToString()!));

    /// <summary>
    /// What Orleans calls an interface and the class behind it. Orleans finds both by reflection at every reference that it makes, which
    /// was a twelfth of a redemption's processor time; they are the same as long as the process lives.
    /// </summary>
    private static class Known<T>
        where T : class, IGrainWithStringKey
    {
        private static GrainReference? s_any;

        public static T Grain(IGrainFactory grains, string key)
        {
            if (s_any is { } any) return (T)grains.GetGrain(GrainId.Create(any.GrainId.Type, key), any.InterfaceType);
            T first = grains.GetGrain<T>(key);
            s_any = first as GrainReference;
            return first;
        }
    }
}
