using TimeBank.Grains;

namespace TimeBank.Server;

/// <summary>Which version is asked for: one by its name, or the one in force on a day.</summary>
internal readonly record struct VersionQuery(string Name, DateOnly? Day)
{
    public static VersionQuery Read(RequestReader read, string version, Date? date)
    {
        if (version.Length == 0) return new VersionQuery("", read.DayOrNull(date, "date"));
        if (date is not null) read.Refuse("date", "MUST_BE_EMPTY");
        return new VersionQuery(read.Slug(version, "version").Text, null);
    }

    /// <exception cref="Grpc.Core.RpcException">There is none.</exception>
    public async Task<VersionMessage> AskAsync(IVersionsGrain grain, DateOnly today) =>
        (Name.Length > 0 ? await grain.FindAsync(Name) : await grain.InForceAsync(Day ?? today)).OrThrow();
}
