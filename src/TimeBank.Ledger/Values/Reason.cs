namespace TimeBank.Ledger;

/// <summary>
/// Every business "no". The numbers are stored with refusals and are never reused. The public name is the member's name in UPPER_SNAKE.
/// </summary>
public enum Reason
{
    /// <summary>No refusal; the default of the type.</summary>
    None = 0,

    // The id, checked before any rule.
    RequestIdReused = 1,

    // Shape. Depends on the proposal alone; not stored. Exception: UnitMismatch and AmountTooLarge are stored when an existing account
    // causes them.
    AmountNotPositive = 10,
    AmountTooLarge = 11,
    SameAccount = 12,
    UnitMismatch = 13,
    TooManyTransfers = 14,
    TextTooLong = 15,

    // Existence.
    AccountNotFound = 20,
    EntryNotFound = 21,
    HoldNotFound = 22,
    AccountExists = 23,

    // State.
    AccountClosed = 30,
    AccountFrozen = 31,
    AccountNotEmpty = 32,
    HoldEnded = 33,
    HoldExpired = 34,
    HoldNotExpired = 35,
    HoldAmountExceeded = 36,
    EntryAlreadyReversed = 37,
    EntryNotReversible = 38,

    // Limits.
    InsufficientBalance = 40,
    LimitReached = 41,

    // The state of the writer; never stored.
    QueueFull = 50,
    StoreUnavailable = 51,
    InternalError = 52,
    JournalRolledBack = 53,
    ClockDoubtful = 54,
    SignedByOtherKeys = 55,
    AccountMoved = 1025,

    // The call: who may ask, and how. Of these only MakerIsChecker and PartyNotAllowed are stored: a
    // grain's rules give them.
    InvalidField = 60,
    UnitUnknown = 61,
    PageTokenInvalid = 62,
    OnBehalfOfRequired = 63,
    OnBehalfOfNotAllowed = 64,
    MessageTooLarge = 65,
    Unauthenticated = 66,
    RoleNotAllowed = 67,
    RegionNotAllowed = 68,
    PartyNotAllowed = 69,
    RpcNotOpen = 70,
    MakerIsChecker = 71,
    RegionUnknown = 72,
    DeadlinePassed = 73,
    CallCancelled = 74,
    AccountNotImportable = 75,
    TotalTooLarge = 76,
    NotJson = 77,
    AddressUnknown = 78,
    RateLimited = 79,
    MessageUnreadable = 90,
    ServerStopping = 91,
    StateUnreadable = 92,

    // Volunteers and hours.
    VolunteerNotFound = 100,
    VolunteerTooYoung = 101,
    SpenderTooYoung = 102,
    HomeNotFound = 103,
    FamilyMemberNotFound = 104,
    GiftReceiverNotFound = 105,
    GiftReceiverNotFamily = 106,
    GiftReceiverTooYoung = 107,
    GiftReceiverIsGiver = 108,
    TransferSameRegion = 109,
    TransferNotSamePerson = 110,
    UndoTimePassed = 111,
    UndoHoursSpent = 112,
    GiftedHoursNotGivable = 119,
    FamilyMemberIsSelf = 120,

    // Elders.
    ElderNotFound = 200,
    ElderTooYoung = 201,
    ElderNotEntitled = 202,
    AssessmentExpired = 203,
    AssessmentInFuture = 204,
    AssessmentOutdated = 205,
    AlreadyIssued = 206,
    MonthNotCurrent = 207,
    CalendarYearUnknown = 208,
    OutreachRunNotFound = 209,
    ElderDeceased = 210,
    ElderLeft = 211,
    VisitTooLate = 212,

    // Service orders.
    OrderNotFound = 300,
    OrderWrongState = 301,
    OrderStartsInPast = 302,
    OrderTimesOverlap = 303,
    OrderTooEarly = 304,
    OrderSelfService = 305,
    OrderAlreadyRated = 306,
    SessionTooLong = 307,
    DayTooLong = 308,
    StillCheckedIn = 309,
    OrderNothingToUndo = 310,
    OrderStepNotLast = 311,
    OrderStepOfAnother = 312,
    CheckOutForgotten = 1081,
    ServiceNotOver = 1082,
    ServiceTooLongAgo = 1083,
    ServiceOutsidePlan = 1084,
    AbsenceTooEarly = 1085,

    // Funds and programmes.
    FundNotFound = 400,
    FundExists = 401,
    ProgrammeNotFound = 402,
    ProgrammeExists = 403,
    ProgrammeUnderfunded = 404,
    VouchersNotExpired = 405,
    NothingToReturn = 406,
    NoFundToReturnTo = 407,
    ReceiptRepeated = 408,
    FundPurposeBound = 409,

    // Donations by card. From 416 on: what a run over the service's balance warns of.
    DonationsNotConfigured = 410,
    DonationNotFound = 411,
    FundNotForDonations = 412,
    PaymentServiceUnavailable = 413,
    PaymentServiceRefused = 414,
    PaymentServiceUnreadable = 415,
    TransactionTypeUnknown = 416,
    TransactionWithoutFund = 417,
    TransactionOtherCurrency = 418,
    TransactionChanged = 419,
    TransactionNotBooked = 420,
    FundOwes = 421,
    PayoutDiffers = 422,
    StripeBalanceDiffers = 423,
    ReceiptReferenceUsed = 424,
    ReceiptTooOld = 425,

    // Vouchers.
    VoucherNotFound = 500,
    VoucherNotYetValid = 501,
    VoucherExpired = 502,
    VoucherClaimByPassed = 503,
    VoucherVoided = 504,
    VoucherUsedUp = 505,
    VoucherNotForService = 506,
    VoucherOtherRegion = 507,
    RedemptionNotFound = 508,
    RedemptionAlreadyRefunded = 509,
    ServiceDateInFuture = 510,
    InsuranceAbovePrice = 511,
    NothingToPay = 512,
    NoVoucherUsable = 513,
    VoucherOtherElder = 514,
    BillTooLong = 515,
    QuoteChanged = 516,
    BillNotFound = 517,
    BillLineAlreadyRefunded = 518,
    BillNotReversible = 519,
    BillLineNotPaid = 520,

    // Providers.
    ProviderNotFound = 600,
    ProviderNotAccredited = 601,
    ProviderSuspended = 602,
    ProviderBlackListed = 603,
    ProviderNotForService = 604,

    // Settlement batches.
    SettlementNotFound = 610,
    NothingToSettle = 611,
    SettlementWrongState = 612,
    PaymentNotFound = 613,
    PaymentWrongState = 614,
    SettlementChanged = 615,
    RedemptionSettled = 616,

    // Our own bank accounts, and files of payments.
    BankAccountNotFound = 617,
    ProvidersNotPayable = 618,
    SettlementExported = 619,
    NothingToExport = 620,
    PaymentFileInvalid = 621,
    ExportAnswered = 622,
    ExportNotWithdrawn = 623,
    ClaimNotFound = 624,

    // Payees: the accounts that providers are paid to.
    PayeeNotFound = 630,
    PayeeChangeNotFound = 631,
    PayeeChangePending = 632,
    PayeeNotChanged = 633,
    PayeeChangeAlreadyApproved = 634,
    PayeeChangeWithdrawn = 635,
    PayeeChangeInForce = 636,
    PayeeNumberDiffers = 637,

    // What the bank says, and what becomes of it.
    StatementTooLarge = 640,
    StatementProfileMissing = 641,
    BankLineNotFound = 642,
    BankLineMatched = 643,
    BankLineNotMatched = 644,
    NoSuggestion = 645,
    MatchItemNotOpen = 646,
    MatchSumsDiffer = 647,
    MatchBooked = 648,
    ResolutionPending = 649,
    ResolutionNotFound = 650,
    ResolutionWrongSide = 651,
    LineNotInSuspense = 652,
    BankBookChanged = 653,

    // Closing periods.
    PeriodChanged = 661,
    PeriodNotOver = 662,
    PeriodBeforeOpen = 663,
    PeriodWrongState = 664,
    PeriodHasDifferences = 665,
    PeriodAfterClosed = 666,
    DifferenceNotFound = 667,

    // Catalogue and policy.
    ItemNotFound = 700,
    CatalogueVersionNotFound = 701,
    CatalogueInvalid = 702,
    CatalogueBelowParent = 703,
    CatalogueNoParent = 704,
    PolicyVersionNotFound = 705,
    PolicyInvalid = 706,
    EffectiveDateInPast = 707,
    VersionAlreadyApproved = 708,
    VersionExists = 709,

    // The demonstration.
    ScenarioNotRunning = 800,
    ScenarioFinished = 801,
    ScenarioTooFar = 802,
    ScenarioClockBeyondEnd = 803,

    // Proofs.
    NotSignedYet = 900,

    // Public statistics.
    StatisticsPeriodNotOver = 910,

    // Webhooks.
    WebhookNotFound = 920,
    WebhooksTooMany = 921,

    // Terminals, and what they accepted without a network.
    DeviceNotFound = 930,
    DeviceWrongState = 931,
    EnrolmentCodeWrong = 932,
    EnrolmentCodeExpired = 933,
    DeviceKeyDiffers = 934,
    OfflineReceiptInvalid = 935,
    OfflineGap = 936,
    OfflineFork = 937,
    OfflineChainBroken = 938,
    OfflineDeviceRevoked = 939,
    OfflineTooLate = 940,
    OfflineClockBehind = 941,
    OfflineClockAhead = 942,
    OfflineVoucherLimit = 943,
    OfflineDeviceLimit = 944,
    OfflineCodeInvalid = 945,
    OfflineOtherVoucher = 946,
    OfflineSpent = 947,
    OfflineAmountDiffers = 948,
    OfflineOtherProvider = 949,
    OfflineExceptionNotFound = 1000,
    OfflineExceptionNotOpen = 1001,
    OfflineNotWaiting = 1002,
    OfflineOtherRedemption = 1003,
    OfflineDeclaredLost = 1004,

    // What an elder shows before a voucher is spent.
    HolderCheckNeeded = 950,
    PinNotSet = 951,
    PinAlreadySet = 952,
    PinWrong = 953,
    PinLocked = 954,
    CardOtherElder = 955,
    CardAlreadyActive = 956,
    CardNotActive = 957,
    CardNotAccepted = 958,
    CardNotFound = 959,
    ConfirmationNotFound = 960,
    ConfirmationWaiting = 961,
    ConfirmationRefused = 962,
    ConfirmationExpired = 963,
    ConfirmationUsed = 964,
    ConfirmationOther = 965,
    ConfirmationAnswered = 966,
    HolderDeceased = 967,
    PinKeyRetired = 968,
    CardNotOfElder = 969,
    CardUnbindingNotFound = 1070,

    // Complaints about movements.
    ComplaintNotFound = 970,
    ComplaintWrongState = 971,
    ComplaintOpen = 972,
    ComplaintNotImpartial = 973,
    ComplaintContestable = 974,
    ComplaintSubjectNotFound = 975,
    ComplaintEntryOther = 976,
    PaymentsDisputed = 977,
    ComplaintsTooMany = 978,
    ComplaintDaysUnknown = 979,
    PaymentDisputed = 980,

    // Appeals of providers against their standing.
    StandingNotAppealable = 990,
    StandingAppealed = 991,
    AppealNotFound = 992,

    // Persistent subsidies, which go to the estate.
    VoucherPaidOut = 1060,
    VoucherOfEstate = 1061,
    EstateElderAlive = 1062,
    EstateEmpty = 1063,
    EstateClaimsOpen = 1064,
    EstatePayoutPending = 1065,
    EstatePayoutNotFound = 1066,
    EstatePayoutWrongState = 1067,
    EstateAmountChanged = 1068,
    PaperExpired = 1069,
    EstatePayoutConfirmed = 1080,

    // Prepaid fees in custody.
    PrepaymentNotFound = 1040,
    PrepaymentWrongState = 1041,
    PrepaymentTooLong = 1042,
    PrepaymentDepositTooHigh = 1043,
    PrepaymentTooMuch = 1044,
    PrepaymentMonthNotOver = 1045,
    PrepaymentNotPaidIn = 1046,
    PrepaymentDisputed = 1047,
    PrepaymentNotDisputed = 1048,
    PrepaymentNothingDue = 1049,
    PrepaymentRefundNotApproved = 1050,
    PrepaymentReferenceUsed = 1051,
    PrepaymentMonthPassed = 1052,
    PrepaymentElderGone = 1053,

    // A provider's file: accreditation by service, staff, prices.
    ProviderServiceNotAccredited = 1010,
    AccreditationNotFound = 1011,
    AccreditationOver = 1012,
    AccreditationOverlaps = 1013,
    ProviderStaffNotNamed = 1014,
    ProviderRightMissing = 1015,
    ProviderStaffNotBegun = 1016,
    ProviderStaffNeeded = 1017,
    ProviderStaffNotFound = 1018,
    PriceAboveCeiling = 1019,
    PriceAbovePublished = 1020,
    ProviderFileFull = 1021,

    // Prepaid fees at the bank.
    BankAccountForCustody = 1022,
    BankAccountNotForCustody = 1023,
    BankLineReferenceUsed = 1024,

    // What a fund's givers bound it to.
    FundAgeBound = 1074,
    FundResidenceBound = 1075,
    FundServiceBound = 1076,

    // Netting of hours between regions.
    NettingNotFound = 1035,
    NettingWrongState = 1036,
    NettingMonthNotOver = 1037,
    NettingOpen = 1038,
}
