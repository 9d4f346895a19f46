import Glibc
import JSONCoding
import Jobs
import Logs
import Metrics
import Platform
import SQL
import SQLiteStore

// Durable jobs against the plain way of doing the same: three synced commits for each job, one after the other, through the
// same SQLite in the same run. Prints jobs per second, commits per second and the ratio.
//
//   bench-jobs [--jobs N] [--folder PATH]
//
// `bench-jobs crash-run PATH` and `bench-jobs crash-check PATH` are the two halves of the crash test: see CrashMode.swift.

let arguments = Array(CommandLine.arguments.dropFirst())

func option(_ name: String) -> String? {
    arguments.firstIndex(of: name).flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil }
}

switch arguments.first {
case "crash-run":
    try await CrashMode(path: arguments.dropFirst().first ?? "crash.sqlite").run()
case "crash-check":
    try await CrashMode(path: arguments.dropFirst().first ?? "crash.sqlite").check()
default:
    let folder = option("--folder") ?? "/tmp/bench-jobs-\(Identifier.make())"
    try await JobsBenchmark(folder: folder, jobs: option("--jobs").flatMap { Int($0) } ?? 5000).run()
}
