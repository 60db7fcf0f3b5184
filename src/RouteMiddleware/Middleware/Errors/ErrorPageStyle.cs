namespace RouteMiddleware.Middleware.Errors;

/// <summary>How the page looks: in the reader's colours, and on a phone as well.</summary>
internal static class ErrorPageStyle
{
    public const string Text = """
        :root {
          color-scheme: light dark;
          --paper: #f6f5f2; --card: #fff; --ink: #1d1f23; --soft: #5d636d; --line: #dedbd4; --alarm: #b3261e; --wash: #fdecea; --hit: #fff3c4;
        }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #15171a; --card: #1e2125; --ink: #e9e7e2; --soft: #a2a8b2; --line: #34383f; --alarm: #ff8a80; --wash: #3a1f1e; --hit: #433a15; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        main { max-width: 68rem; margin: 0 auto; padding: 1rem; }
        header { padding: 1.25rem 1.25rem 1rem; background: var(--wash); border: 1px solid var(--line); border-top: 4px solid var(--alarm); border-radius: 6px; }
        header p { margin: 0; }
        .request { color: var(--soft); font: 14px/1.5 ui-monospace, monospace; }
        .request b { color: var(--alarm); }
        h1 { margin: .25rem 0 .5rem; font-size: clamp(1.15rem, 4vw, 1.6rem); line-height: 1.25; }
        .message { font-size: 1.05rem; white-space: pre-wrap; }
        .verdict { margin-top: .75rem !important; color: var(--soft); }
        .verdict b { color: var(--alarm); }
        section { margin-top: 1rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
        h2 { margin: 0 0 .5rem; font-size: 1rem; }
        h3 { margin: 1rem 0 .25rem; font-size: .85rem; color: var(--soft); }
        code, small, dd, dt { font-family: ui-monospace, monospace; font-size: 14px; }
        small { color: var(--soft); font-size: 13px; }
        ol { margin: 0; padding: 0; list-style: none; }
        #chain li { position: relative; padding: .35rem .6rem .35rem 1.6rem; border-radius: 4px; }
        #chain li::before { content: ""; position: absolute; left: .45rem; top: 1rem; width: .6rem; height: .6rem; border-radius: 50%; background: var(--soft); }
        #chain li:not(:last-child)::after { content: ""; position: absolute; left: .7rem; top: 1.5rem; bottom: -1.1rem; width: 2px; margin-left: -1px; background: var(--line); }
        #chain .culprit { background: var(--wash); outline: 1px solid var(--alarm); }
        #chain .culprit::before { background: var(--alarm); }
        #chain strong { color: var(--alarm); }
        .kind { display: inline-block; min-width: 4.2rem; color: var(--soft); font-size: 13px; }
        .stack li { padding: .2rem 0; color: var(--soft); }
        .stack li.own { color: var(--ink); }
        summary { position: relative; padding-left: 1.1rem; list-style: none; cursor: pointer; }
        summary::before { content: "\25B8"; position: absolute; left: 0; color: var(--soft); }
        details[open] > summary::before { content: "\25BE"; }
        .inner { margin: 0 0 .5rem; white-space: pre-wrap; }
        .more { margin: .25rem 0 0; color: var(--soft); }
        .source { margin: .4rem 0 .6rem; padding: .4rem 0; border: 1px solid var(--line); border-radius: 4px; background: var(--paper); color: var(--ink); }
        .source div { display: grid; grid-template-columns: 3.2rem minmax(0, 1fr); }
        .source span { padding-right: .6rem; text-align: right; color: var(--soft); font: 13px/1.6 ui-monospace, monospace; user-select: none; }
        .source code { padding-right: .5rem; font-size: 13px; line-height: 1.6; white-space: pre-wrap; }
        .source .hit { background: var(--hit); }
        dl { margin: 0; }
        dl div { display: grid; grid-template-columns: minmax(8rem, 16rem) minmax(0, 1fr); gap: .1rem 1rem; padding: .2rem 0; border-top: 1px solid var(--line); }
        dt { color: var(--soft); }
        dd { margin: 0; white-space: pre-wrap; }
        dd.masked { color: var(--soft); font-style: italic; }
        footer { max-width: 68rem; margin: 0 auto; padding: 0 1rem 2rem; color: var(--soft); font-size: 13px; }
        @media (max-width: 40rem) {
          main { padding: .6rem; }
          header, section { padding: .9rem; }
          dl div { grid-template-columns: minmax(0, 1fr); }
          .source div { grid-template-columns: 2.4rem minmax(0, 1fr); }
          #chain small { display: block; }
        }
        """;
}
