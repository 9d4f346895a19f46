import DocumentReader
import Glibc

// Started by ingest, which speaks to it over standard input and output; see ReaderProtocol. Never of use by itself,
// but for `--self-check`, which tells an operator whether the sandbox works on this machine.
if CommandLine.arguments.dropFirst() == ["--self-check"] {
    exit(SandboxCheck.run())
}
exit(ReaderLoop().run())
