/// The style sheet of the pages: readable on a phone, in light and dark.
enum PageStyle {
    static let css = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8881; }
        body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
        main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
        h1 { margin-bottom: 0; }
        h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
        code { font: 0.95em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
        details { border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.5rem 0; }
        summary { padding: 0.5rem 0.75rem; cursor: pointer; }
        summary:hover { background: var(--soft); }
        details > div { padding: 0 0.75rem 0.75rem; }
        .method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
        .about { opacity: 0.8; }
        table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; }
        th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.5rem; border-top: 1px solid var(--line); }
        th { font-weight: 600; }

        """
}
