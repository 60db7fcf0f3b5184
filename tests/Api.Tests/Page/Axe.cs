using Microsoft.Playwright;
using RouteMiddleware.Tests.Kit;

namespace Api.Tests.Page;

/// <summary>Examines a page by the rules of axe-core, which <c>build.sh</c> fetches.</summary>
internal static class Axe
{
    private const string Script = "artifacts/axe-core/package/axe.min.js";

    private static readonly Lazy<string?> Source = new(static () => File.Exists(Path.Combine(Repository.Root, Script)) ? Repository.Read(Script) : null);

    /// <summary>What it finds wrong. Without axe-core nothing can be said: a failure where all must be there (<c>CI=true</c>), elsewhere passed over.</summary>
    public static async Task<string[]> ExamineAsync(IPage page)
    {
        if (Source.Value is not { } source)
        {
            return Environment.GetEnvironmentVariable("CI") is "true" ? [$"{Script} is missing: run ./build.sh, which fetches it."] : [];
        }

        await page.EvaluateAsync(source);
        var (passes, violations) = (await page.EvaluateAsync<int>("async () => { window.axeResult = await axe.run(document); return window.axeResult.passes.length; }"), await page.EvaluateAsync<string[]>(
            "() => window.axeResult.violations.flatMap(rule => rule.nodes.map(node => `${rule.id} at ${node.target}: ${node.failureSummary}`))"));
        Assert.InRange(passes, 15, int.MaxValue);
        return violations;
    }
}
