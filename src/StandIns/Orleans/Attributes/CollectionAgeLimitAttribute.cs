namespace Orleans;

/// <summary>How long grains of this class stay in memory without a call; at least a minute.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CollectionAgeLimitAttribute : Attribute
{
    public bool AlwaysActive { get; set; }

    public double Days { private get; set; }

    public double Hours { private get; set; }

    public double Minutes { private get; set; }

    public TimeSpan AgeLimit
    {
        get
        {
            if (AlwaysActive) return Timeout.InfiniteTimeSpan;
            TimeSpan limit = TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
            return limit < TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : limit;
        }
    }
}
