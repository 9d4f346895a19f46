import HTTPClient
import HTTPMessages
import Logs
import Metrics
import Platform
import TestSupport

/// Lends a client and shuts it down afterwards.
func withClient<Value>(
    _ options: HTTPClientOptions = HTTPClientOptions(), time: any TimeSource = SystemTime(),
    metrics: MetricRegistry = MetricRegistry(), _ body: (HTTPClient) async throws -> Value
) async throws -> Value {
    let client = HTTPClient(
        options, logger: Logger(name: "test", sink: MemoryLogSink(), level: .debug), metrics: metrics, time: time)
    do {
        let value = try await body(client)
        await client.shutdown()
        return value
    } catch {
        await client.shutdown()
        throw error
    }
}

/// The code with which `body` fails, `nil` when it does not.
func failureCode<Value>(_ body: () async throws -> Value) async -> HTTPClientError.Code? {
    do {
        _ = try await body()
        return nil
    } catch let error as HTTPClientError {
        return error.code
    } catch {
        return nil
    }
}
