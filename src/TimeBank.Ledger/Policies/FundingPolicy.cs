namespace TimeBank.Ledger;

/// <summary>Who pays what share.</summary>
/// <param name="CentralEastPercent">The central share in the eastern provinces.</param>
/// <param name="CentralMiddlePercent">The central share in the middle provinces, Hunan among them.</param>
/// <param name="CentralWestPercent">The central share in the western provinces.</param>
/// <param name="LotteryMinPercent">Of the welfare lottery's money, at least this share goes to elderly care.</param>
/// <param name="ProvinceLotteryMinPercent">The same at the provincial department.</param>
public sealed record FundingPolicy(
    int CentralEastPercent, int CentralMiddlePercent, int CentralWestPercent, int LotteryMinPercent, int ProvinceLotteryMinPercent);
