using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Commands;

/// <summary>The endpoint that a request would get, and everything about its chain.</summary>
internal sealed class ExplainCommand(IMiddlewareChains chains, RouteFinder finder, CommandTerminal terminal)
{
    // A method that no endpoint names: routing answers with those that it knows.
    private const string NoMethod = "MIDDLEWARE-EXPLAIN";

    private readonly RouteChain _unmatched = chains.Describe(null);

    public async Task<int> RunAsync(CommandLine line)
    {
        // As 'list' shows it: no request has braces in its path.
        if (line.Operands[^1].Contains('{', StringComparison.Ordinal))
        {
            return ExplainTemplate(string.Join(' ', line.Operands), line.Has("--json"));
        }

        if (RequestToExplain.Parse(line.Operands, line["--content-type"]) is not { } request)
        {
            return MiddlewareCommands.Refuse(terminal, $"'{string.Join(' ', line.Operands)}' is no request. Write it like \"POST /api/orders\", /api/orders, or \"GET https://example.com/orders\".");
        }

        try
        {
            return await RunAsync(request, line.Has("--json")).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Two endpoints fit equally well, or a constraint or policy of the application throws: such a request is a 500.
            await terminal.Error.WriteLineAsync($"Routing has no answer to '{string.Join(' ', line.Operands)}': {exception.Message}").ConfigureAwait(false);
            return MiddlewareCommands.Faulty;
        }
    }

    private async Task<int> RunAsync(RequestToExplain request, bool isJson)
    {
        var allowed = await finder.FindAsync(request, NoMethod).ConfigureAwait(false);
        var first = await finder.FindAsync(request, request.Method ?? HttpMethods.Get).ConfigureAwait(false);

        // Without a method, each one that the path takes.
        string[] methods = request.Method is null && first.Status == StatusCodes.Status405MethodNotAllowed ? [.. allowed.Allow] : [request.Method ?? HttpMethods.Get];
        List<(string Method, RouteFinding Finding)> findings = [];

        foreach (var method in methods)
        {
            findings.Add((method, await finder.FindAsync(request, method).ConfigureAwait(false)));
        }

        if (isJson)
        {
            ChainJson.Write(terminal.Out, findings.Select(found => chains.Describe(found.Finding.Endpoint)), withOptions: true);
            return MiddlewareCommands.Good;
        }

        for (var i = 0; i < findings.Count; i++)
        {
            if (i > 0)
            {
                terminal.Out.WriteLine();
            }

            Explain(request with { Method = findings[i].Method }, findings[i].Finding, allowed);
        }

        return MiddlewareCommands.Good;
    }

    private int ExplainTemplate(string text, bool isJson)
    {
        RouteChain[] found = [.. RouteOrder.Sort(chains.Routes.Where(route => string.Equals(route.Template, text, StringComparison.OrdinalIgnoreCase) || string.Equals(route.Name, text, StringComparison.OrdinalIgnoreCase)))];

        if (isJson)
        {
            ChainJson.Write(terminal.Out, found, withOptions: true);
        }
        else if (found.Length == 0)
        {
            terminal.WriteText($"No route has the template '{text}'. 'list' shows all of them.");
        }

        foreach (var route in isJson ? [] : found)
        {
            terminal.Out.WriteLine(terminal.Bold(route.Name));
            Write(route, null, null);
            terminal.Out.WriteLine();
        }

        return found.Length == 0 ? MiddlewareCommands.Faulty : MiddlewareCommands.Good;
    }

    private void Explain(RequestToExplain request, RouteFinding finding, RouteFinding allowed)
    {
        var name = terminal.Bold($"{request.Method} {request.Path}{request.Query}");

        if (finding.Endpoint is { } endpoint)
        {
            var route = chains.Describe(endpoint);
            terminal.WriteWrapped("", 0, [name, "is", "for", "the", "endpoint", terminal.Bold(route.Name)]);

            foreach (var (parameter, value) in finding.Values)
            {
                terminal.Out.WriteLine($"  {parameter} = {LogText.OnOneLine(value ?? "")}");
            }

            Write(route, request.Path, allowed);
            return;
        }

        var why = finding.Status switch
        {
            StatusCodes.Status405MethodNotAllowed => $"405: the path takes {string.Join(", ", finding.Allow)}.",
            StatusCodes.Status415UnsupportedMediaType => "415: the endpoint there takes no such content type.",
            _ => "404: no endpoint matches.",
        };
        terminal.WriteWrapped("", 0, [name, "is", "answered", .. why.Split(' ')]);
        terminal.WriteText("The global list runs alone; no group, no route and no handler.", 2);
        WriteLinks(_unmatched, request.Path);
        WriteTakenOff(_unmatched);

        if (finding.Status == StatusCodes.Status404NotFound)
        {
            WritePreflight(_unmatched);
        }
        else
        {
            // The path has endpoints, and a preflight asks for one of them by its method.
            WritePreflightTitle();
            terminal.WriteText($"It is for the endpoint of the method that it asks for: explain \"{(allowed.Allow.Count == 0 ? HttpMethods.Get : allowed.Allow[0])} {request.Path}\".", 2);
        }
    }

    private void Write(RouteChain route, PathString? path, RouteFinding? allowed)
    {
        terminal.WriteText($"{(string.Equals(route.DisplayName, route.Name, StringComparison.Ordinal) || route.DisplayName is null ? "" : $"{route.DisplayName}; ")}order {route.Order}", 2);
        WriteLinks(route, path);
        WriteTakenOff(route);
        WritePreflight(route);

        terminal.Out.WriteLine();
        terminal.Out.WriteLine(terminal.Bold("Where no endpoint matches"));
        var other = allowed switch
        {
            { Status: StatusCodes.Status405MethodNotAllowed } => $"405 for methods other than {string.Join(", ", allowed.Allow)}; ",
            { Endpoint: not null } => "No 405 here: the path takes every method. ",
            _ => "405 for other methods; ",
        };
        terminal.WriteText($"{other}404 for other paths, 415 for other content types: the global list alone: {ChainText.Of(_unmatched.Links, terminal)}", 2);
    }

    private void WriteLinks(RouteChain route, PathString? path)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(terminal.Bold($"{route.Links.Count} middleware, outermost first"));

        for (var i = 0; i < route.Links.Count; i++)
        {
            LinkText.Write(terminal, i + 1, route.Links[i], path);
        }
    }

    private void WriteTakenOff(RouteChain route)
    {
        if (route.TakenOff.Count == 0)
        {
            return;
        }

        terminal.Out.WriteLine();
        terminal.Out.WriteLine(terminal.Bold("Taken off"));

        foreach (var one in route.TakenOff)
        {
            terminal.WriteText($"{one.Link} ({one.Link.Origin}): {LinkText.Of(one.Reason)} {one.By}", 2);
        }
    }

    private void WritePreflightTitle()
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(terminal.Bold("A CORS preflight"));
    }

    private void WritePreflight(RouteChain route)
    {
        WritePreflightTitle();
        terminal.WriteText(route.Preflight.Explanation, 2);
        terminal.WriteText($"It meets: {ChainText.Of(route.Preflight.Links, terminal)}", 2);
    }
}
