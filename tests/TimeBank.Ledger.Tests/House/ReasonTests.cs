using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ReasonTests
{
    /// <summary>
    /// Every reason by its number. Stored refusals contain the number, and the journal their hash: never change a line; a new reason adds
    /// one. Every reason that a grain's rules give may be stored, such as MakerIsChecker when someone approves their own proposal.
    /// </summary>
    private const string Numbers =
        """
        0 None, 1 RequestIdReused, 10 AmountNotPositive, 11 AmountTooLarge, 12 SameAccount, 13 UnitMismatch, 14 TooManyTransfers,
        15 TextTooLong, 20 AccountNotFound, 21 EntryNotFound, 22 HoldNotFound, 23 AccountExists, 30 AccountClosed, 31 AccountFrozen,
        32 AccountNotEmpty, 33 HoldEnded, 34 HoldExpired, 35 HoldNotExpired, 36 HoldAmountExceeded, 37 EntryAlreadyReversed,
        38 EntryNotReversible, 40 InsufficientBalance, 41 LimitReached, 50 QueueFull, 51 StoreUnavailable, 52 InternalError,
        53 JournalRolledBack, 54 ClockDoubtful, 55 SignedByOtherKeys, 60 InvalidField, 61 UnitUnknown, 62 PageTokenInvalid,
        63 OnBehalfOfRequired, 64 OnBehalfOfNotAllowed, 65 MessageTooLarge, 66 Unauthenticated, 67 RoleNotAllowed, 68 RegionNotAllowed,
        69 PartyNotAllowed, 70 RpcNotOpen, 71 MakerIsChecker, 72 RegionUnknown, 73 DeadlinePassed, 74 CallCancelled,
        75 AccountNotImportable, 76 TotalTooLarge, 77 NotJson, 78 AddressUnknown, 79 RateLimited,
        90 MessageUnreadable, 91 ServerStopping, 92 StateUnreadable, 100 VolunteerNotFound,
        101 VolunteerTooYoung, 102 SpenderTooYoung, 103 HomeNotFound, 104 FamilyMemberNotFound, 105 GiftReceiverNotFound,
        106 GiftReceiverNotFamily, 107 GiftReceiverTooYoung, 108 GiftReceiverIsGiver, 109 TransferSameRegion, 110 TransferNotSamePerson,
        111 UndoTimePassed, 112 UndoHoursSpent,
        119 GiftedHoursNotGivable, 120 FamilyMemberIsSelf, 200 ElderNotFound, 201 ElderTooYoung, 202 ElderNotEntitled,
        203 AssessmentExpired, 204 AssessmentInFuture, 205 AssessmentOutdated, 206 AlreadyIssued, 207 MonthNotCurrent,
        208 CalendarYearUnknown, 209 OutreachRunNotFound, 210 ElderDeceased, 211 ElderLeft, 212 VisitTooLate,
        1054 IdentityNumberRegistered, 300 OrderNotFound, 301 OrderWrongState,
        302 OrderStartsInPast, 303 OrderTimesOverlap, 304 OrderTooEarly, 305 OrderSelfService, 306 OrderAlreadyRated,
        307 SessionTooLong, 308 DayTooLong, 309 StillCheckedIn, 310 OrderNothingToUndo, 311 OrderStepNotLast, 312 OrderStepOfAnother,
        1081 CheckOutForgotten, 1082 ServiceNotOver, 1083 ServiceTooLongAgo, 1084 ServiceOutsidePlan, 1085 AbsenceTooEarly,
        400 FundNotFound, 401 FundExists, 402 ProgrammeNotFound,
        403 ProgrammeExists, 404 ProgrammeUnderfunded, 405 VouchersNotExpired, 406 NothingToReturn, 407 NoFundToReturnTo,
        408 ReceiptRepeated, 409 FundPurposeBound,
        410 DonationsNotConfigured, 411 DonationNotFound, 412 FundNotForDonations, 413 PaymentServiceUnavailable,
        414 PaymentServiceRefused, 415 PaymentServiceUnreadable, 416 TransactionTypeUnknown, 417 TransactionWithoutFund,
        418 TransactionOtherCurrency, 419 TransactionChanged, 420 TransactionNotBooked, 421 FundOwes, 422 PayoutDiffers,
        423 StripeBalanceDiffers, 424 ReceiptReferenceUsed, 425 ReceiptTooOld, 500 VoucherNotFound, 501 VoucherNotYetValid,
        502 VoucherExpired, 503 VoucherClaimByPassed,
        504 VoucherVoided, 505 VoucherUsedUp, 506 VoucherNotForService, 507 VoucherOtherRegion, 508 RedemptionNotFound,
        509 RedemptionAlreadyRefunded, 510 ServiceDateInFuture, 511 InsuranceAbovePrice, 512 NothingToPay, 513 NoVoucherUsable,
        514 VoucherOtherElder, 515 BillTooLong, 516 QuoteChanged, 517 BillNotFound, 518 BillLineAlreadyRefunded, 519 BillNotReversible,
        520 BillLineNotPaid, 600 ProviderNotFound,
        601 ProviderNotAccredited, 602 ProviderSuspended, 603 ProviderBlackListed, 604 ProviderNotForService, 610 SettlementNotFound,
        611 NothingToSettle, 612 SettlementWrongState, 613 PaymentNotFound, 614 PaymentWrongState, 615 SettlementChanged,
        616 RedemptionSettled, 617 BankAccountNotFound, 618 ProvidersNotPayable, 619 SettlementExported, 620 NothingToExport,
        621 PaymentFileInvalid, 622 ExportAnswered, 623 ExportNotWithdrawn, 624 ClaimNotFound, 630 PayeeNotFound, 631 PayeeChangeNotFound,
        632 PayeeChangePending, 633 PayeeNotChanged, 634 PayeeChangeAlreadyApproved, 635 PayeeChangeWithdrawn, 636 PayeeChangeInForce,
        637 PayeeNumberDiffers, 640 StatementTooLarge, 641 StatementProfileMissing, 642 BankLineNotFound, 643 BankLineMatched,
        644 BankLineNotMatched, 645 NoSuggestion, 646 MatchItemNotOpen, 647 MatchSumsDiffer, 648 MatchBooked, 649 ResolutionPending,
        650 ResolutionNotFound, 651 ResolutionWrongSide, 652 LineNotInSuspense, 653 BankBookChanged, 1025 AccountMoved,
        661 PeriodChanged, 662 PeriodNotOver, 663 PeriodBeforeOpen, 664 PeriodWrongState, 665 PeriodHasDifferences, 666 PeriodAfterClosed,
        667 DifferenceNotFound,
        700 ItemNotFound, 701 CatalogueVersionNotFound, 702 CatalogueInvalid, 703 CatalogueBelowParent, 704 CatalogueNoParent,
        705 PolicyVersionNotFound, 706 PolicyInvalid, 707 EffectiveDateInPast, 708 VersionAlreadyApproved, 709 VersionExists,
        800 ScenarioNotRunning, 801 ScenarioFinished, 802 ScenarioTooFar, 803 ScenarioClockBeyondEnd, 900 NotSignedYet,
        910 StatisticsPeriodNotOver, 920 WebhookNotFound, 921 WebhooksTooMany,
        930 DeviceNotFound, 931 DeviceWrongState, 932 EnrolmentCodeWrong, 933 EnrolmentCodeExpired, 934 DeviceKeyDiffers,
        935 OfflineReceiptInvalid, 936 OfflineGap, 937 OfflineFork, 938 OfflineChainBroken, 939 OfflineDeviceRevoked,
        940 OfflineTooLate, 941 OfflineClockBehind, 942 OfflineClockAhead, 943 OfflineVoucherLimit, 944 OfflineDeviceLimit,
        945 OfflineCodeInvalid, 946 OfflineOtherVoucher, 947 OfflineSpent, 948 OfflineAmountDiffers, 949 OfflineOtherProvider,
        950 HolderCheckNeeded, 951 PinNotSet, 952 PinAlreadySet, 953 PinWrong, 954 PinLocked, 955 CardOtherElder,
        956 CardAlreadyActive, 957 CardNotActive, 958 CardNotAccepted, 959 CardNotFound, 960 ConfirmationNotFound,
        961 ConfirmationWaiting, 962 ConfirmationRefused, 963 ConfirmationExpired, 964 ConfirmationUsed, 965 ConfirmationOther,
        966 ConfirmationAnswered, 967 HolderDeceased, 968 PinKeyRetired, 969 CardNotOfElder, 1070 CardUnbindingNotFound,
        1000 OfflineExceptionNotFound, 1001 OfflineExceptionNotOpen, 1002 OfflineNotWaiting,
        1003 OfflineOtherRedemption, 1004 OfflineDeclaredLost,
        970 ComplaintNotFound, 971 ComplaintWrongState, 972 ComplaintOpen, 973 ComplaintNotImpartial, 974 ComplaintContestable,
        975 ComplaintSubjectNotFound, 976 ComplaintEntryOther, 977 PaymentsDisputed, 978 ComplaintsTooMany,
        979 ComplaintDaysUnknown, 980 PaymentDisputed,
        990 StandingNotAppealable, 991 StandingAppealed, 992 AppealNotFound,
        1060 VoucherPaidOut, 1061 VoucherOfEstate, 1062 EstateElderAlive, 1063 EstateEmpty, 1064 EstateClaimsOpen,
        1065 EstatePayoutPending, 1066 EstatePayoutNotFound, 1067 EstatePayoutWrongState, 1068 EstateAmountChanged, 1069 PaperExpired,
        1080 EstatePayoutConfirmed,
        1040 PrepaymentNotFound, 1041 PrepaymentWrongState, 1042 PrepaymentTooLong, 1043 PrepaymentDepositTooHigh,
        1044 PrepaymentTooMuch, 1045 PrepaymentMonthNotOver, 1046 PrepaymentNotPaidIn, 1047 PrepaymentDisputed,
        1048 PrepaymentNotDisputed, 1049 PrepaymentNothingDue, 1050 PrepaymentRefundNotApproved, 1051 PrepaymentReferenceUsed,
        1010 ProviderServiceNotAccredited, 1011 AccreditationNotFound, 1012 AccreditationOver, 1013 AccreditationOverlaps,
        1014 ProviderStaffNotNamed, 1015 ProviderRightMissing, 1016 ProviderStaffNotBegun, 1017 ProviderStaffNeeded,
        1018 ProviderStaffNotFound, 1019 PriceAboveCeiling, 1020 PriceAbovePublished, 1021 ProviderFileFull,
        1022 BankAccountForCustody, 1023 BankAccountNotForCustody, 1024 BankLineReferenceUsed,
        1052 PrepaymentMonthPassed, 1053 PrepaymentElderGone,
        1074 FundAgeBound, 1075 FundResidenceBound, 1076 FundServiceBound,
        1035 NettingNotFound, 1036 NettingWrongState, 1037 NettingMonthNotOver, 1038 NettingOpen
        """;

    [Fact]
    public void Number_of_a_reason_never_changes() => Assert.Equal(
        Numbers.Split([",", "\n"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(),
        Enum.GetNames<Reason>().Select(name => $"{(int)Enum.Parse<Reason>(name)} {name}").ToHashSet());

    [Fact]
    public void Numbers_are_given_once() => Assert.Distinct(Enum.GetNames<Reason>().Select(name => (int)Enum.Parse<Reason>(name)));
}
