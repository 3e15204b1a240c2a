namespace TimeBank.Banking;

/// <summary>
/// Matches bank lines with expected payments, in passes from the surest evidence to the weakest; what an earlier pass took, no later one
/// sees. A match is confirmed where a rule that can be named leaves no other way, and else suggested. The result depends on what the
/// lists hold and not on their order.
/// </summary>
/// <remarks>Time is that of sorting both lists, however many amounts are equal: a million equal ones are one tie.</remarks>
public static class Matching
{
    /// <param name="lines">Lines of one account. Transfers between own accounts are paired before, by <see cref="OwnTransfers"/>.</param>
    public static MatchingResult Run(IReadOnlyList<BankLine> lines, IReadOnlyList<ExpectedPayment> payments, MatchingPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(payments);
        ArgumentNullException.ThrowIfNull(policy);
        var board = new MatchBoard(lines, payments, policy);
        EndToEndPass.Run(board);
        ReferencePass.Run(board);
        var payees = new PayeeNumbers(board);
        AmountPass.ByPayee(board, payees);
        AmountPass.ByDay(board, payees);
        SumPass.Batches(board);
        SumPass.Payees(board, payees);
        if (policy.Tolerance.Value > 0) TolerancePass.Run(board, payees);
        return board.Result();
    }
}
