using Xunit;

namespace TimeBank.Simulation;

/// <summary>
/// Shows that the simulator can fail: it finds known ways to break the ledger. `./timebank simulate --mutations` runs all of them.
/// </summary>
public sealed class MutationTests
{
    private static readonly string[] Short =
    [
        "head-unchecked", "acknowledged-early", "part-post-rounded", "bill-latest-voucher-first", "receipt-gap-skipped",
    ];

    [Fact]
    public void A_broken_ledger_is_found()
    {
        var output = new StringWriter();

        bool found = MutationRun.Run([.. Mutants.All.Where(mutation => Short.Contains(mutation.Name))], threads: 2, output);

        Assert.True(found, output.ToString());
    }

    /// <summary>Only the long run makes the other mutations. Here each must at least still have its place in the sources.</summary>
    [Fact]
    public void Every_mutation_has_its_place_in_the_sources()
    {
        Assert.Equal([], Mutants.All.Select(MutationRun.Misplaced).OfType<string>());
    }
}
