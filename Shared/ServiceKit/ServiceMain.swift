import Contracts
import Crypto
import Glibc
import Lifecycle
import Platform
import Settings

/// The whole of an executable: start, serve until SIGTERM or SIGINT, stop in order, and exit with 0; or say in one line
/// each what is wrong with the configuration and exit with 78 (EX_CONFIG of sysexits.h).
package enum ServiceMain {
    package static func run<Program: ServiceProgram>(_ program: Program.Type) async -> Never {
        ProcessMemory.limitHeaps()
        CryptoLibrary.leaveMemoryAtExit()
        do {
            let runner = try await ServiceRunner.start(
                program, environment: ProcessEnvironment.read(), dotenv: TextFile.read(".env"))
            let signals = StopSignals { runner.requestStop() }
            try await runner.run()
            withExtendedLifetime(signals) {}
            exit(EXIT_SUCCESS)
        } catch let error as SettingsError {
            complain(error.description, program)
            exit(EX_CONFIG)
        } catch {
            complain("\(error)", program)
            exit(EXIT_FAILURE)
        }
    }

    private static func complain<Program: ServiceProgram>(_ text: String, _ program: Program.Type) {
        for line in text.split(separator: "\n") {
            let bytes = Array("ERROR - lectern-\(program.name.rawValue): \(line)\n".utf8)
            _ = write(STDERR_FILENO, bytes, bytes.count)
        }
    }
}
